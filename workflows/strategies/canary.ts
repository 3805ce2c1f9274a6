import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow'
import type { Figures } from '../../src/analysis/figures.js'
import type { InstanceSpec } from '../../src/plan/model.js'
import { FULL_WEIGHT } from '../../src/plan/routes.js'
import { firstOfEach, triedOf } from '../../src/plan/shares.js'
import type { Work } from '../../src/plan/work.js'
import type { Analysis, CanaryStep } from '../../src/topology/model.js'
import type { Verdict } from '../../src/traffic/analysis.js'
import { canaryWeights } from '../../src/traffic/weights.js'
import { waiting } from '../steps/activities.js'
import { failureOf } from '../steps/failure.js'
import { admit, bringUp } from '../steps/instance.js'
import type { Run } from '../steps/run.js'
import { roll } from './rolling.js'

/** One new instance beside a resource's stable ones. */
interface Canary {
  spec: InstanceSpec
  address: string | null
  /** Of the last look, at whatever step. */
  evidence: Verdict['evidence']
}

/**
 * One instance of the new version takes a growing share of the traffic, watched all the time. After the last step the stable
 * instances are updated in place, one batch after another, and the canary goes.
 */
export async function canary(run: Run, work: Work[]): Promise<void> {
  const tried = triedOf(run.input.revision, work)
  await roll(
    run,
    work.filter((w) => !tried.includes(w)),
  )
  if (tried.length === 0) return
  const canaries = await bringUpCanaries(run, tried)
  try {
    for (const step of run.strategy.steps.filter(({ weight }) => weight < 100)) {
      await setShare(run, canaries, step.weight)
      await hold(run, canaries, step)
    }
    await roll(run, tried)
  } catch (error) {
    // Whatever comes next, undo or hold: no request more reaches the canary.
    await CancellationScope.nonCancellable(() => withdraw(run, canaries))
    throw error
  }
  await withdraw(run, canaries)
  run.replaced.push(...canaries.map(({ spec }) => ({ ...spec, address: null, role: 'canary' as const, revision: 0 })))
}

async function bringUpCanaries(run: Run, tried: Work[]): Promise<Canary[]> {
  return Promise.all(
    firstOfEach(tried).map(async (work) => {
      const spec = run.spec({ ...work, slot: 'canary' })
      const address = await bringUp(run, spec, 'canary')
      await admit(run, spec, address, 0)
      return { spec, address, evidence: null }
    }),
  )
}

async function setShare(run: Run, canaries: Canary[], percent: number): Promise<void> {
  await run.steer.gate()
  await run.recorder.step(`canary takes ${percent} %`, undefined, () =>
    run.traffic.setWeights(weights(run, canaries, percent)),
  )
}

function weights(run: Run, canaries: Canary[], percent: number): Map<string, number> {
  return new Map(
    canaries.flatMap(({ spec }) => {
      const stable = run.traffic.state.members.filter((m) => m.resource === spec.resource && m.slot !== 'canary')
      const share = canaryWeights({ stable: stable.length, canary: 1, percent })
      return [
        ...stable.map((m, i): [string, number] => [m.instance, share.stable[i] ?? FULL_WEIGHT]),
        [spec.name, share.canary[0] ?? 0] as [string, number],
      ]
    }),
  )
}

async function withdraw(run: Run, canaries: Canary[]): Promise<void> {
  await run.recorder.step('canary takes 0 %', undefined, () => run.traffic.setWeights(weights(run, canaries, 0)))
}

/** Stays at a step for its pause, watching; a breach throws, a promote ends it, and without data it does not end by itself. */
async function hold(run: Run, canaries: Canary[], step: CanaryStep): Promise<void> {
  const { steer, recorder } = run
  const sinceMs = Date.now()
  const analysis = step.analysis ?? run.strategy.analysis
  steer.awaitsPromotion = true
  steer.resting = true
  try {
    const pause = step.pause === 'manual' ? 'until a promote' : `for ${Math.round(step.pause / 1000)} s`
    await recorder.step(`watch at ${step.weight} %, ${pause}`, undefined, async () => {
      const endsAt = step.pause === 'manual' ? Infinity : sinceMs + step.pause
      for (;;) {
        const verdict = await watch(run, canaries, {
          analysis,
          sinceMs,
          forMs: Math.min(LONGEST_LOOK_MS, endsAt - Date.now()),
        })
        if (verdict === 'promoted') return
        if (verdict.verdict === 'breach') throw breach(verdict)
        if (Date.now() < endsAt) continue
        if (verdict.verdict === 'pass') return
        // No data is never a success: a person decides, or requests come after all.
        recorder.say(`paused at ${step.weight} %: ${verdict.reasons.join('; ')}; waiting for promote or abort`)
      }
    })
  } finally {
    steer.awaitsPromotion = false
    steer.resting = false
  }
}

/** Activities that look for days would not survive a worker's update: they end and begin again. */
const LONGEST_LOOK_MS = 10 * 60_000
/** Before the canary is looked at again after a look that could not be carried out: for days, that must not fill the history. */
const REST_MS = 60_000

async function watch(
  run: Run,
  canaries: Canary[],
  { analysis, sinceMs, forMs }: { analysis: Analysis; sinceMs: number; forMs: number },
): Promise<Verdict | 'promoted'> {
  if (run.steer.takePromotion()) return 'promoted'
  const scope = new CancellationScope({ cancellable: true })
  const looks = scope.run(() =>
    // When the time is over and the data is not there, a look ends as soon as it is.
    Promise.all(
      canaries.map((c) =>
        look(run, c, { analysis, sinceMs, ...(forMs > 0 ? { forMs } : { forMs: LONGEST_LOOK_MS, untilData: true }) }),
      ),
    ),
  )
  const promoted = scope
    .run(() => condition(() => run.steer.promotions > 0 || run.steer.full))
    .then(() => 'promoted' as const)
  try {
    const first = await Promise.race([looks, promoted])
    if (first !== 'promoted') return worst(first)
    run.steer.takePromotion()
    return 'promoted'
  } finally {
    scope.cancel()
    await Promise.allSettled([looks, promoted])
  }
}

async function look(
  run: Run,
  canary: Canary,
  { analysis, sinceMs, forMs, untilData }: { analysis: Analysis; sinceMs: number; forMs: number; untilData?: boolean },
): Promise<Verdict> {
  const { name: topology } = run.input.revision.topology
  const { spec, address } = canary
  const stables = run.traffic.state.members.filter((m) => m.resource === spec.resource && m.slot !== 'canary')
  try {
    const { host, via } = run.specAt(spec)
    const verdict = await waiting({ summary: `${spec.name}: looking`, waitMs: forMs }).analyse({
      host,
      via,
      topology,
      probed: [{ spec, address }],
      watched: [spec.name],
      compareTo: stables.map(({ instance }) => instance),
      analysis,
      evidence: canary.evidence ?? null,
      sinceMs,
      forMs,
      ...(untilData === true ? { untilData } : {}),
    })
    canary.evidence = verdict.evidence ?? canary.evidence
    return verdict
  } catch (error) {
    if (isCancellation(error)) throw error
    await sleep(REST_MS, { summary: `${spec.name}: before the next look` })
    return {
      verdict: 'noData',
      reasons: [`the canary cannot be watched: ${error instanceof Error ? error.message : String(error)}`],
    }
  }
}

function worst(verdicts: Verdict[]): Verdict {
  const bad = verdicts.filter((v) => v.verdict === 'breach')
  const unknown = verdicts.filter((v) => v.verdict === 'noData')
  const figures = bad.find((v) => v.figures !== undefined)?.figures
  if (bad.length > 0) {
    return { verdict: 'breach', reasons: bad.flatMap((v) => v.reasons), ...(figures === undefined ? {} : { figures }) }
  }
  return unknown.length > 0 ? { verdict: 'noData', reasons: unknown.flatMap((v) => v.reasons) } : { verdict: 'pass' }
}

const breach = ({ reasons, figures }: { reasons: string[]; figures?: Figures }): Error =>
  failureOf({
    code: 'UNHEALTHY',
    message: `the canary did not pass: ${reasons.join('; ')}`,
    details: { reasons, ...(figures === undefined ? {} : { figures }) },
  })
