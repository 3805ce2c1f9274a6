import { setTimeout as pause } from 'node:timers/promises'
import { Cul8erError } from '../errors.js'
import type { InstanceSpec } from '../plan/model.js'
import type { Healthcheck } from '../topology/model.js'
import { durationWords } from '../topology/units.js'
import { healthJudge, type Verdict } from './judge.js'
import type { HealthReport, ProbeResult } from './model.js'
import { probe, type ProbeTarget } from './probe.js'
import { PROBES } from './probes/registry.js'

export interface WaitHealthy {
  spec: ProbeTarget['spec'] & Pick<InstanceSpec, 'healthcheck'>
  executor: ProbeTarget['executor']
  /** Asked again until it gives one, and after an address could not be reached; null: there is none yet. */
  address: () => Promise<string | null>
  /** Ask from inside what is asked over the network. */
  insideInstead?: boolean
  /** It was healthy before: one success is enough, and failures count from the first. */
  proven?: boolean
  /** ms that a wait took which was broken off: the app has been starting since then. */
  waitedMs?: number
  signal?: AbortSignal
  /** After each probe: a heartbeat, or a line for people. */
  onProbe?: (result: ProbeResult, report: HealthReport) => void
  /** ms of a clock that never goes back, and a way to wait on it. */
  clock?: Clock
}

export interface Clock {
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/**
 * Probes an instance until it is healthy. What has no health check is healthy at once.
 * @throws Cul8erError UNHEALTHY, or PROBE_ERROR when the probes could not be carried out, with `details.probe` (the last result)
 *   and `details.report`; the signal's reason
 */
export async function waitHealthy({
  spec,
  clock = systemClock,
  proven = false,
  waitedMs = 0,
  signal,
  onProbe,
  ...way
}: WaitHealthy): Promise<HealthReport> {
  if (spec.healthcheck === null) return { healthy: true, successes: 0, failures: 0, errors: 0, last: null, waitedMs: 0 }
  const check = proven ? { ...spec.healthcheck, minHealthyMs: 0 } : spec.healthcheck
  const judge = healthJudge(check, clock.now() - Math.min(waitedMs, mostWaited(check)), { proven })
  const askOnce = prober(check, { spec, clock, ...way })
  for (;;) {
    signal?.throwIfAborted()
    const result = await askOnce(signal)
    const state = judge.add(result, clock.now())
    onProbe?.(result, state.report)
    if (state.verdict === 'healthy') return state.report
    if (state.verdict === 'unhealthy') throw unhealthy(spec.name, check, state)
    await clock.sleep(state.nextProbeMs, signal).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
  }
}

// However late it is, an app that is well gets the time to show it.
const mostWaited = ({ deadlineMs, minHealthyMs, timeoutMs, intervalMs, retries }: Healthcheck): number =>
  Math.max(0, deadlineMs - minHealthyMs - timeoutMs - intervalMs * Math.max(1, retries))

type Way = Pick<WaitHealthy, 'spec' | 'executor' | 'insideInstead' | 'address'> & { clock: Clock }

/** Probes that find the address first, and look for it again once one could not be carried out. */
function prober(
  check: Healthcheck,
  { spec, executor, insideInstead = false, address, clock }: Way,
): (signal?: AbortSignal) => Promise<ProbeResult> {
  const needsAddress = PROBES.of(check.probe).asked.from === 'network' && !insideInstead
  const mayAskInside = insideTurns(clock)
  let known: string | null = null
  return async (signal) => {
    try {
      if (needsAddress) known ??= await address()
    } catch (error) {
      signal?.throwIfAborted()
      return unknownAddress(error)
    }
    const inside = insideInstead ? 'instead' : mayAskInside.now() ? 'unreached' : 'never'
    const target = { spec, executor, address: known, inside } as const
    const result = await probe(check.probe, target, { timeoutMs: check.timeoutMs, signal })
    if (inside === 'unreached') mayAskInside.asked(result)
    if (result.outcome === 'error') known = null
    return result
  }
}

/**
 * When to ask from inside as well: an app that has yet to start refuses each probe, and a command inside costs it time. Where the
 * answer came from inside, each probe needs it.
 */
function insideTurns(clock: Clock): { now(): boolean; asked(result: ProbeResult): void } {
  let next = clock.now() + INSIDE_PAUSE_MS
  let pauseMs = INSIDE_PAUSE_MS
  return {
    now: () => clock.now() >= next,
    asked: ({ outcome, answeredInside }) => {
      if (outcome === 'ok' || answeredInside === true) return
      next = clock.now() + pauseMs
      pauseMs = Math.min(pauseMs * 2, MOST_INSIDE_PAUSE_MS)
    },
  }
}

const INSIDE_PAUSE_MS = 1_000
const MOST_INSIDE_PAUSE_MS = 30_000

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => pause(ms, undefined, { signal }),
}

const unknownAddress = (error: unknown): ProbeResult => ({
  outcome: 'error',
  message: error instanceof Error ? error.message : String(error),
  durationMs: 0,
  at: new Date().toISOString(),
})

function unhealthy(name: string, check: Healthcheck, { because, report }: Verdict): Cul8erError {
  const last = report.last?.message ?? 'no probe was made'
  const reason =
    because === 'failures'
      ? `failed ${Math.max(1, check.retries)} probes in a row after it had answered`
      : because === 'errors'
        ? `could not be probed ${check.errorLimit + 1} times in a row`
        : report.successes > 0
          ? `did not stay healthy for ${durationWords(check.minHealthyMs)} within ${durationWords(check.deadlineMs)}`
          : `did not become healthy within ${durationWords(check.deadlineMs)}`
  return new Cul8erError(because === 'errors' ? 'PROBE_ERROR' : 'UNHEALTHY', `${name} ${reason}: ${last}`, {
    hint:
      report.last?.hint ??
      (because === 'errors'
        ? 'can the host and the instance be reached? cul8er doctor checks the host'
        : 'cul8er logs shows the log of the app'),
    details: { instance: name, asked: PROBES.brief(check.probe), probe: report.last, report },
  })
}
