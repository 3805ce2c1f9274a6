import { setTimeout as sleep } from 'node:timers/promises'
import { noEvidence, type Evidence } from '../src/analysis/evidence.js'
import type { Figures } from '../src/analysis/figures.js'
import { probe } from '../src/health/probe.js'
import { runCommand } from '../src/processes/run-command.js'
import type { Analysis } from '../src/topology/model.js'
import type { RequestSample } from '../src/traffic/model.js'
import { together } from '../src/traffic/samples.js'
import { judge, trafficOf, type Look, type Sides, type Traffic, type Verdict } from '../src/traffic/analysis.js'
import type { Activities, AnalysisInput, Proven } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { lastLogs } from '../src/releases/last-logs.js'
import { readMetric } from './metric.js'
import { knowSecrets, maskedText } from './secrets.js'
import { step } from './step.js'
import { plural } from '../src/plural.js'

/** A canary is looked at this often at least, so that a breach is acted on within 2 s, ms. */
const LOOK_MS = 1_000

/** What goes with a breach into the history. A breach is not held up for it. */
const MOST_LOGS = { instances: 2, lines: 10, characters: 500, ms: 1_000 } as const

/** Watching canaries, and what bakes. */
export function analysisActivities(deps: ActivityDeps): Pick<Activities, 'analyse'> {
  return {
    /** Looks until the time is over, or at once ends with a breach. */
    analyse: step(async (input, signal, memory): Promise<Verdict> => {
      const before = (memory.kept as Kept | undefined)?.evidence ?? input.evidence
      const watch = new Watch(deps, input, { evidence: before ?? null, signal })
      const until = Date.now() + input.forMs
      for (;;) {
        const verdict = judge(input.analysis, await watch.look())
        memory.keep({ evidence: verdict.evidence ?? null } satisfies Kept)
        memory.says({ words: [requestsSeen(verdict.figures), ...verdict.figures.words].join('; ') })
        const enough = verdict.verdict === 'pass' && input.untilData === true
        if (verdict.verdict === 'breach') return { ...verdict, logs: await watch.lastLines() }
        if (enough || Date.now() >= until) return verdict
        await sleep(Math.min(LOOK_MS, Math.max(0, until - Date.now())), undefined, { signal })
      }
    }),
  }
}

const requestsSeen = ({ canary, stable }: Figures): string =>
  canary === null
    ? 'the edge returned no metrics'
    : `${plural(canary.requests, 'request')}${stable === null ? '' : `, stable set ${stable.requests}`}`

type Edge = Pick<AnalysisInput, 'host' | 'via'>

/** Each edge has names of its own. */
const serverOf = (edge: string, server: string): string => `${server} on ${edge}`

/** What a worker leaves to the one that takes over: the edge does not remember all requests. */
interface Kept {
  evidence: Evidence | null
}

class Watch {
  private readonly failures = new Map<string, number>()
  private own: { at: number; commandExit: number | null; metric: number | null } | null = null
  /** That give requests to what is analysed. */
  private readonly edges: readonly Edge[]
  private readonly sides: Sides
  private readonly signal: AbortSignal
  private evidence: Evidence | null

  constructor(
    private readonly deps: ActivityDeps,
    private readonly input: AnalysisInput,
    { evidence, signal }: { evidence: Evidence | null; signal: AbortSignal },
  ) {
    const { analysis, compareTo, edges = [] } = input
    this.signal = signal
    const all = [input, ...edges]
    this.edges = all
    this.sides = {
      canary: new Set(all.flatMap(({ host, watched }) => watched.map((server) => serverOf(host, server)))),
      stable:
        compareTo === null
          ? null
          : new Set(all.flatMap(({ host, compareTo: own }) => (own ?? []).map((server) => serverOf(host, server)))),
    }
    this.evidence = analysis.compare === 'stable' && compareTo !== null ? (evidence ?? noEvidence()) : null
  }

  async look(): Promise<Look> {
    const [traffic, probes, own] = await Promise.all([
      this.traffic(),
      Promise.all(this.input.probed.map((each) => this.probe(each))),
      this.users(),
    ])
    return { ...traffic, probes: probes.flat(), ...own }
  }

  /** Of the instances whose probes failed, or else of the first, before they are removed. */
  async lastLines(): Promise<string[]> {
    const { host, via, topology, probed, secrets = [] } = this.input
    // Another worker may have placed them, or this one before it was restarted.
    for (const { resource, ...secret } of secrets) {
      await knowSecrets({ topology, resource, secrets: [secret] }, this.deps, this.signal)
    }
    const failing = probed.filter(({ spec }) => (this.failures.get(spec.name) ?? 0) > 0)
    const shown = (failing.length > 0 ? failing : probed).slice(0, MOST_LOGS.instances)
    const executor = this.deps.executorFor(host, via)
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(MOST_LOGS.ms)])
    const read = shown.map(async ({ spec }) => {
      const lines = await lastLogs(executor, spec, MOST_LOGS.lines, signal)
      const before = shown.length === 1 ? '' : `${spec.name} | `
      return lines.map((line) => `${before}${maskedText(line).slice(0, MOST_LOGS.characters)}`)
    })
    return (await Promise.all(read)).flat()
  }

  private async traffic(): Promise<Traffic> {
    const seen = await Promise.all(this.edges.map((edge) => this.seenBy(edge)))
    const samples = seen.filter((each) => each !== null)
    if (samples.length === 0) return { canary: null, stable: null, evidence: this.evidence }
    const traffic = trafficOf(together(samples), this.sides, {
      evidence: this.evidence,
      slowdownPercent: this.input.analysis.maxSlowdownPercent,
    })
    this.evidence = traffic.evidence
    return traffic
  }

  /** The requests that an edge saw; null: it does not say. */
  private async seenBy({ host, via }: Edge): Promise<RequestSample[] | null> {
    const { topology, sinceMs } = this.input
    try {
      const samples = await this.deps.edgeFor(host, via).requests(topology, { sinceMs })
      return samples?.map((sample) => ({ ...sample, server: sample.server && serverOf(host, sample.server) })) ?? null
    } catch (error) {
      this.deps.log.warn({ error: String(error), host }, 'the edge returned no metrics')
      return null
    }
  }

  /** Failures in a row; an error of the probe itself is neither a failure nor a success. */
  private async probe({ spec, address }: Proven): Promise<Look['probes']> {
    const { host, via } = this.input
    const { healthcheck } = spec
    if (healthcheck === null) return []
    const { outcome } = await probe(
      healthcheck.probe,
      { spec, executor: this.deps.executorFor(host, via), address },
      { timeoutMs: Math.min(healthcheck.timeoutMs, 2 * LOOK_MS), signal: this.signal },
    )
    const before = this.failures.get(spec.name) ?? 0
    const failures = outcome === 'failure' ? before + 1 : outcome === 'ok' ? 0 : before
    this.failures.set(spec.name, failures)
    return [{ instance: spec.name, failures, most: healthcheck.retries }]
  }

  /** The user's own command and number, no more often than the interval says. */
  private async users(): Promise<Pick<Look, 'commandExit' | 'metric'>> {
    const { analysis } = this.input
    if (this.own === null || Date.now() - this.own.at >= analysis.intervalMs) {
      const [commandExit, metric] = await Promise.all([
        exitOf(analysis, this.signal),
        readMetric(analysis.metric, this.signal),
      ])
      this.own = { at: Date.now(), commandExit, metric }
    }
    return this.own
  }
}

async function exitOf({ command }: Analysis, signal: AbortSignal): Promise<number | null> {
  const [file, ...args] = command ?? []
  if (file === undefined) return null
  const end = await runCommand(file, args, { signal, timeoutMs: 30_000, limitBytes: 0 })
  return end.how === 'exit' ? end.code : null
}
