import { messageOf } from '../../src/errors.js'
import { isCancellation, sleep, workflowInfo } from '@temporalio/workflow'
import type { AnalysisInput, Proven, Watch } from '../../src/contracts/index.js'
import { environmentSecrets } from '../../src/plan/environment-secrets.js'
import { leadsTo, serverName } from '../../src/plan/reach.js'
import { edgesTo } from '../../src/steps/edges.js'
import { hostAt, strategyOf } from '../../src/steps/view.js'
import type { Analysis } from '../../src/topology/model.js'
import type { Verdict } from '../../src/traffic/analysis.js'
import { untilFirst } from '../concurrency.js'
import { waiting } from './activities.js'
import { failureOf } from './failure.js'
import { lookTime } from './look-time.js'
import type { Run } from './run.js'

/** What is looked at together: the instances of one resource on one host. */
interface Target {
  resource: string
  host: string
  /** Probed. */
  proven: Proven[]
  /** Their requests are judged, beside those of `stables`. */
  watched: string[]
  stables: string[]
  /** Other edges that lead to them, and how they call them. */
  others: { edge: string; watched: string[]; stables: string[] }[]
}

/**
 * Stays for the time of a watch, looking; a breach throws at once, and a promote ends it. A canary without data waits on after its
 * time for a person or for data; a bake without requests does not.
 * @throws ApplicationFailure UNHEALTHY at a breach
 */
export async function watch(run: Run, { purpose, resources, weight, forMs, analysis }: Watch): Promise<void> {
  const { steer } = run
  if (steer.takePromotion()) return
  const endsAt = forMs === 'manual' ? Infinity : Date.now() + forMs
  const how = { analysis: analysis ?? strategyOf(run).analysis, sinceMs: Date.now(), endsAt, purpose, weight }
  steer.awaitsPromotion = true
  const stayAndLook = async (): Promise<void> => {
    const targets = targetsOf(run, purpose, resources)
    const stay = async (): Promise<void> => {
      if (endsAt < Infinity) return sleep(Math.max(0, endsAt - Date.now()), { summary: watchWords(purpose, weight) })
      for (;;) await sleep('365 days', { summary: `${watchWords(purpose, weight)} until a promote` })
    }
    await untilFirst(
      [...targets.map((target) => () => lookAt(run, target, how)), stay],
      () => steer.promotions > 0 || steer.full,
    )
    // Said twice, it was meant for this wait: the next one is a person's to end again.
    steer.promotions = 0
  }
  try {
    await steer.resting(stayAndLook)
  } finally {
    steer.awaitsPromotion = false
  }
}

function targetsOf(run: Run, purpose: Watch['purpose'], resources: string[]): Target[] {
  const proven = [...run.proven.values()].filter(({ spec }) => resources.includes(spec.resource))
  const members = run.traffic.members.filter(({ resource }) => resources.includes(resource))
  const isWatched = ({ color }: { color: string }): boolean => purpose === 'bake' || color === 'canary'
  const { topology } = run.revision
  const places = new Map(
    [...proven.map(({ spec }) => spec), ...members].map(({ resource, host }) => [
      `${resource}/${host}`,
      { resource, host },
    ]),
  )
  return [...places.values()].flatMap(({ resource, host }): Target[] => {
    const here = members.filter((m) => m.resource === resource && m.host === host)
    const compared = members.filter((m) => m.resource === resource && leadsTo(topology, host, m) && !isWatched(m))
    const own = proven.filter(({ spec }) => spec.resource === resource && spec.host === host)
    const watched = here.filter(isWatched).map(({ instance }) => instance)
    const target = {
      resource,
      host,
      proven: purpose === 'bake' ? own : own.filter(({ spec }) => watched.includes(spec.name)),
      watched,
      stables: compared.map((m) => serverName(host, m)),
      others: edgesTo(run, { resource, host })
        .filter((edge) => edge !== host)
        .map((edge) => ({
          edge,
          watched: watched.map((instance) => serverName(edge, { instance, host })),
          stables: compared.map((m) => serverName(edge, m)),
        })),
    }
    return target.proven.length + target.watched.length === 0 ? [] : [target]
  })
}

interface How {
  purpose: Watch['purpose']
  weight?: number
  analysis: Analysis
  sinceMs: number
  endsAt: number
}

async function lookAt(run: Run, target: Target, how: How): Promise<void> {
  for (;;) {
    const left = how.endsAt - Date.now()
    const verdict = await look(run, target, how, Math.min(lookTime(workflowInfo().historyLength).lookMs, left))
    if (verdict.verdict === 'breach') throw breach(how.purpose, verdict)
    if (Date.now() < how.endsAt) continue
    if (verdict.verdict === 'pass' || how.purpose === 'bake') return
    // No data is never a success: a person decides, or requests come after all.
    run.recorder.say(`paused at ${how.weight} %: ${verdict.reasons.join('; ')}; waiting for promote or abort`)
  }
}

async function look(
  run: Run,
  { resource, host, proven, watched, stables, others }: Target,
  how: How,
  forMs: number,
): Promise<Verdict> {
  const what = `${proven.length > 0 ? proven.map(({ spec }) => spec.name).join(', ') : watched.join(', ')}`.slice(
    0,
    100,
  )
  // When the time is over and the data is not there, a look ends as soon as it is.
  const time = forMs > 0 ? { forMs } : { forMs: lookTime(workflowInfo().historyLength).lookMs, untilData: true }
  const key = `${resource}/${host}`
  const secrets = environmentSecrets([run.revision]).filter((secret) => secret.resource === resource)
  const input: AnalysisInput = {
    ...hostAt(run, host),
    topology: run.revision.topology.name,
    probed: proven,
    watched,
    compareTo: how.purpose === 'bake' ? null : stables,
    ...(others.length === 0
      ? {}
      : {
          edges: others.map((other) => ({
            ...hostAt(run, other.edge),
            watched: other.watched,
            compareTo: how.purpose === 'bake' ? null : other.stables,
          })),
        }),
    analysis: how.analysis,
    evidence: run.evidence.get(key) ?? null,
    sinceMs: how.sinceMs,
    ...time,
    ...(secrets.length === 0 ? {} : { secrets }),
  }
  try {
    const verdict = await waiting({ summary: `${what}: watching`, waitMs: time.forMs }).analyse(input)
    if (verdict.evidence != null) run.evidence.set(key, verdict.evidence)
    return verdict
  } catch (error) {
    if (isCancellation(error)) throw error
    await sleep(lookTime(workflowInfo().historyLength).restMs, { summary: `${what}: until the next check` })
    return {
      verdict: 'noData',
      reasons: [`${what} cannot be watched: ${messageOf(error)}`],
    }
  }
}

const watchWords = (purpose: Watch['purpose'], weight?: number): string =>
  purpose === 'bake' ? 'bake' : `canary at ${weight} %`

const breach = (
  purpose: Watch['purpose'],
  { reasons, figures, logs = [] }: Extract<Verdict, { verdict: 'breach' }>,
): Error =>
  failureOf({
    code: 'UNHEALTHY',
    message: `${purpose === 'bake' ? 'the new version failed its bake' : 'the canary did not pass'}: ${reasons.join('; ')}`,
    details: { reasons, ...(figures === undefined ? {} : { figures }), ...(logs.length === 0 ? {} : { logs }) },
  })
