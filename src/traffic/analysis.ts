import type { Analysis } from '../topology/model.js'
import type { Summary } from './samples.js'

/** One look at a canary. null: that was not to be had. */
export interface Look {
  canary: Summary | null
  stable: Summary | null
  /** Failed health probes of the canary in a row. */
  failedProbes: number
  /** Exit code of the user's command. */
  commandExit: number | null
  /** The user's number. */
  metric: number | null
}

export type Verdict =
  | { verdict: 'pass' }
  /** Something is worse than allowed: the canary has to go. */
  | { verdict: 'breach'; reasons: string[] }
  /** Nothing speaks against it, but something that was asked for could not be seen: no success. */
  | { verdict: 'noData'; reasons: string[] }

/**
 * What the looks of a step add up to. A breach needs no more evidence; a pass needs all of it. A canary whose requests fail is
 * not excused by a stable set that fails as well, but its latency is compared with the threshold alone.
 */
export function judge(analysis: Analysis, look: Look, { probeFailures }: { probeFailures: number }): Verdict {
  const breaches = [...probes(look, probeFailures), ...rates(analysis, look), ...own(analysis, look)]
  if (breaches.length > 0) return { verdict: 'breach', reasons: breaches }
  const missing = [...requestsMissing(analysis, look), ...ownMissing(analysis, look)]
  return missing.length > 0 ? { verdict: 'noData', reasons: missing } : { verdict: 'pass' }
}

const probes = ({ failedProbes }: Look, most: number): string[] =>
  failedProbes >= most ? [`${failedProbes} health probes failed in a row`] : []

function rates({ maxErrorRatePercent, maxLatencyP95Ms, minRequests }: Analysis, { canary, stable }: Look): string[] {
  if (canary === null || canary.requests === 0) return []
  const reasons: string[] = []
  const { errorPercent, p95Ms, requests, errors } = canary
  // Before there is enough, one bad answer of two is 50 %: only what would be too much of `minRequests` as well counts.
  const share = (errors / Math.max(requests, minRequests)) * 100
  if (maxErrorRatePercent !== null && errorPercent !== null && share > maxErrorRatePercent) {
    reasons.push(
      `${errors} of ${requests} requests failed (${errorPercent.toFixed(1)} %, allowed ${maxErrorRatePercent} %${beside(stable?.errorPercent, '%')})`,
    )
  }
  if (maxLatencyP95Ms !== null && p95Ms !== null && requests >= minRequests && p95Ms > maxLatencyP95Ms) {
    reasons.push(`95 % of requests took up to ${p95Ms} ms, allowed ${maxLatencyP95Ms} ms${beside(stable?.p95Ms, 'ms')}`)
  }
  return reasons
}

const beside = (value: number | null | undefined, unit: string): string =>
  value === null || value === undefined ? '' : `; stable ${Number(value.toFixed(1))} ${unit}`

function own({ command, metric }: Analysis, look: Look): string[] {
  return [
    ...(command !== null && look.commandExit === 1 ? [`the command ${command[0]} said no`] : []),
    ...(metric !== null && look.metric !== null && look.metric > metric.max
      ? [`${metric.path} is ${look.metric}, allowed ${metric.max}`]
      : []),
  ]
}

function requestsMissing({ maxErrorRatePercent, maxLatencyP95Ms, minRequests }: Analysis, { canary }: Look): string[] {
  if (maxErrorRatePercent === null && maxLatencyP95Ms === null) return []
  if (canary === null) return ['the edge gives no numbers']
  return canary.requests >= minRequests
    ? []
    : [`the canary answered ${canary.requests} requests, ${minRequests} are needed`]
}

function ownMissing({ command, metric }: Analysis, look: Look): string[] {
  return [
    ...(command !== null && look.commandExit !== 0 ? [`the command ${command[0]} gave no verdict`] : []),
    ...(metric !== null && look.metric === null ? [`${metric.url} gave no number at ${metric.path}`] : []),
  ]
}
