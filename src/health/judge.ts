import type { Healthcheck } from '../topology/model.js'
import type { HealthReport, ProbeResult } from './model.js'

export interface Verdict {
  verdict: 'waiting' | 'healthy' | 'unhealthy'
  /** Why it is unhealthy: `failures` after a success, probe `errors` in a row, or the `deadline`. */
  because: 'failures' | 'errors' | 'deadline' | null
  report: HealthReport
  /** ms until the next probe is due. */
  nextProbeMs: number
}

export interface HealthJudge {
  /** Takes in one probe, done at `nowMs` of the clock that the judge was started with. */
  add(result: ProbeResult, nowMs: number): Verdict
}

/**
 * Decides from probes when an instance is healthy: successes without a break for `minHealthyMs` (Nomad's min_healthy_time). Before
 * the first success failures are the app's starting. After it `retries` failures in a row end the wait; fewer, or a probe that
 * could not be carried out, begin the time anew, for no answer is no success. More than `errorLimit` errors in a row end it too
 * (Argo's consecutiveErrorLimit), those of starting apart.
 *
 * What answers inside and not from outside has started too.
 *
 * Until the first success probes follow one another quickly and then more slowly, up to the interval, so that a fast app is not
 * kept waiting. What was `proven` before has no starting left: its failures count from the first.
 */
export function healthJudge(check: Healthcheck, startedAtMs: number, { proven = false } = {}): HealthJudge {
  const counts = { successes: 0, failures: 0, errors: 0 }
  let healthySinceMs: number | null = null
  let failuresInARow = 0
  let errorsInARow = 0
  let quickMs = FIRST_PAUSE_MS
  let answeredInside = false
  const answered = (): boolean => proven || answeredInside || counts.successes > 0

  const end = (nowMs: number): Pick<Verdict, 'verdict' | 'because'> => {
    if (healthySinceMs !== null && nowMs - healthySinceMs >= check.minHealthyMs)
      return { verdict: 'healthy', because: null }
    if (answered() && failuresInARow >= Math.max(1, check.retries)) return unhealthy('failures')
    if (errorsInARow > check.errorLimit) return unhealthy('errors')
    if (nowMs - startedAtMs >= check.deadlineMs) return unhealthy('deadline')
    return { verdict: 'waiting', because: null }
  }

  const pause = (result: ProbeResult, nowMs: number): number => {
    const left = Math.max(0, startedAtMs + check.deadlineMs - nowMs)
    if (healthySinceMs !== null) {
      return Math.min(check.intervalMs, Math.max(0, healthySinceMs + check.minHealthyMs - nowMs), left)
    }
    // Errors are counted by the interval that their limit was set with.
    const counted = result.outcome === 'error' && result.pending !== true
    if (answered() || counted) return Math.min(check.intervalMs, left)
    const quick = Math.min(quickMs, check.intervalMs, left)
    quickMs *= PAUSE_GROWTH
    return quick
  }

  return {
    add(result, nowMs) {
      answeredInside ||= result.answeredInside === true
      if (result.outcome === 'ok') {
        counts.successes += 1
        healthySinceMs ??= nowMs
        failuresInARow = 0
        errorsInARow = 0
      } else if (result.outcome === 'failure') {
        counts.failures += 1
        healthySinceMs = null
        failuresInARow += 1
        errorsInARow = 0
      } else {
        counts.errors += 1
        healthySinceMs = null
        errorsInARow = result.pending === true ? 0 : errorsInARow + 1
      }
      const ended = end(nowMs)
      return {
        ...ended,
        report: { healthy: ended.verdict === 'healthy', ...counts, last: result, waitedMs: nowMs - startedAtMs },
        nextProbeMs: ended.verdict === 'waiting' ? pause(result, nowMs) : 0,
      }
    },
  }
}

const unhealthy = (because: NonNullable<Verdict['because']>): Pick<Verdict, 'verdict' | 'because'> => ({
  verdict: 'unhealthy',
  because,
})

const FIRST_PAUSE_MS = 50
const PAUSE_GROWTH = 1.5
