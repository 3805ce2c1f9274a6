import { setTimeout as pause } from 'node:timers/promises'
import { Cul8erError } from '../errors.js'
import type { InstanceSpec } from '../plan/model.js'
import type { Healthcheck } from '../topology/model.js'
import { formatEndpoint } from '../topology/probe.js'
import { healthJudge, type Verdict } from './judge.js'
import type { HealthReport, ProbeResult } from './model.js'
import { probe, type ProbeTarget } from './probe.js'

export interface WaitHealthy {
  spec: Pick<InstanceSpec, 'name' | 'project' | 'resource' | 'release' | 'healthcheck'>
  executor: ProbeTarget['executor']
  /** Asked again until it gives one, and after an address could not be reached; null: there is none yet. */
  address: () => Promise<string | null>
  viaInstance?: boolean
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
  const askOnce = prober(check, { spec, ...way })
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

/** Probes that find the address first, and look for it again once one could not be carried out. */
function prober(
  check: Healthcheck,
  { spec, executor, viaInstance = false, address }: Pick<WaitHealthy, 'spec' | 'executor' | 'viaInstance' | 'address'>,
): (signal?: AbortSignal) => Promise<ProbeResult> {
  const needsAddress = check.probe.kind !== 'command' && !viaInstance
  let known: string | null = null
  return async (signal) => {
    try {
      if (needsAddress) known ??= await address()
    } catch (error) {
      signal?.throwIfAborted()
      return unknownAddress(error)
    }
    const target = { spec, executor, viaInstance, address: known }
    const result = await probe(check.probe, target, { timeoutMs: check.timeoutMs, signal })
    if (result.outcome === 'error') known = null
    return result
  }
}

/** What a probe asks: its endpoint, or the program it runs without its arguments. */
const askedOf = (asked: Healthcheck['probe']): string | undefined =>
  asked.kind === 'command' ? asked.command[0] : formatEndpoint(asked)

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
  const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))} s`
  const reason =
    because === 'failures'
      ? `failed ${Math.max(1, check.retries)} probes in a row after it had answered`
      : because === 'errors'
        ? `could not be probed ${check.errorLimit + 1} times in a row`
        : report.successes > 0
          ? `did not stay healthy for ${seconds(check.minHealthyMs)} within ${seconds(check.deadlineMs)}`
          : `did not get healthy within ${seconds(check.deadlineMs)}`
  return new Cul8erError(because === 'errors' ? 'PROBE_ERROR' : 'UNHEALTHY', `${name} ${reason}: ${last}`, {
    hint:
      because === 'errors'
        ? 'can the host and the instance be reached? cul8er doctor checks the host'
        : 'cul8er logs shows what the app says',
    details: { instance: name, asked: askedOf(check.probe), probe: report.last, report },
  })
}
