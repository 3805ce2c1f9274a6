import { compare } from '../analysis/compare.js'
import { collect, type Evidence } from '../analysis/evidence.js'
import { figures, type Figures } from '../analysis/figures.js'
import type { Observation } from '../analysis/observation.js'
import type { Analysis } from '../topology/model.js'
import type { RequestSample } from './model.js'
import { isError, summarise, type Summary } from './samples.js'
import { plural } from '../plural.js'

/** What the edge saw of a step. */
export interface Traffic {
  /** null: that was not to be had. */
  canary: Summary | null
  stable: Summary | null
  /** What speaks for a difference between them, from the first step on; null: they are not compared. */
  evidence: Evidence | null
}

/** One look at a canary. */
export interface Look extends Traffic {
  /** Failed health probes in a row, by instance, and how many are too many. */
  probes: { instance: string; failures: number; most: number }[]
  /** Exit code of the user's command. null: that was not to be had. */
  commandExit: number | null
  /** The user's number. */
  metric: number | null
}

/** `figures`: what it rests on. `evidence` is for the next look. */
export type Verdict = { figures?: Figures; evidence?: Evidence | null } & (
  | { verdict: 'pass' }
  /** Something is worse than allowed: the canary has to go. `logs`: what it said last. */
  | { verdict: 'breach'; reasons: string[]; logs?: string[] }
  /** Nothing speaks against it, but something that was asked for could not be seen: no success. */
  | { verdict: 'noData'; reasons: string[] }
)

/** Servers of the edge. */
export interface Sides {
  canary: ReadonlySet<string>
  /** null: there is nothing to compare with. */
  stable: ReadonlySet<string> | null
}

/** What requests say of the two sides; `evidence` of earlier looks is added to, null: none is gathered. */
export function trafficOf(
  samples: readonly RequestSample[],
  { canary, stable }: Sides,
  { evidence, slowdownPercent }: { evidence: Evidence | null; slowdownPercent: number | null },
): Traffic {
  return {
    canary: summarise(samples, canary),
    stable: stable === null ? null : summarise(samples, stable),
    evidence:
      stable === null || evidence === null
        ? null
        : collect(evidence, observations(samples, { canary, stable }), { slowdownPercent }),
  }
}

const SWITCHED_PROTOCOL = 101

const observations = (
  samples: readonly RequestSample[],
  { canary, stable }: { canary: ReadonlySet<string>; stable: ReadonlySet<string> },
): Observation[] =>
  samples.flatMap((sample) => {
    const { at, server, status, totalMs } = sample
    if (server === null) return []
    const own = canary.has(server)
    if (!own && !stable.has(server)) return []
    const failed = isError(sample)
    const timed = !failed && status !== null && status !== SWITCHED_PROTOCOL
    return [{ at: at + totalMs, canary: own, failed, ms: timed ? totalMs : null }]
  })

/**
 * What the looks of a step add up to. A breach needs no more evidence; a pass needs all of it. A canary whose requests fail is
 * not excused from its threshold by a stable set that fails as well.
 */
export function judge(analysis: Analysis, look: Look): Verdict & { figures: Figures } {
  const { canary, stable, evidence } = look
  const compared =
    canary === null || stable === null || evidence === null
      ? null
      : compare({ evidence, canary, stable }, analysis.maxSlowdownPercent)
  const rests = {
    figures: figures({ canary, stable, comparison: compared?.comparison ?? null }),
    ...(evidence === null ? {} : { evidence }),
  }
  const breaches = [...probes(look), ...rates(analysis, look), ...(compared?.breaches ?? []), ...own(analysis, look)]
  if (breaches.length > 0) return { verdict: 'breach', reasons: breaches, ...rests }
  const missing = [...requestsMissing(analysis, look), ...ownMissing(analysis, look)]
  return missing.length > 0 ? { verdict: 'noData', reasons: missing, ...rests } : { verdict: 'pass', ...rests }
}

const probes = (look: Look): string[] =>
  look.probes
    .filter(({ failures, most }) => failures >= most)
    .map(({ instance, failures }) => `${failures} health probes of ${instance} failed in a row`)

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
    reasons.push(`p95 ${p95Ms} ms, allowed ${maxLatencyP95Ms} ms${beside(stable?.p95Ms, 'ms')}`)
  }
  return reasons
}

const beside = (value: number | null | undefined, unit: string): string =>
  value === null || value === undefined ? '' : `; stable ${Number(value.toFixed(1))} ${unit}`

function own({ command, metric }: Analysis, look: Look): string[] {
  return [
    ...(command !== null && look.commandExit === 1 ? [`analysis command ${command[0]} failed (exit 1)`] : []),
    ...(metric !== null && look.metric !== null && look.metric > metric.max
      ? [`${metric.path} is ${look.metric}, allowed ${metric.max}`]
      : []),
  ]
}

/** A comparison needs requests of both sides, also where thresholds need none. */
function requestsMissing(analysis: Analysis, { canary, stable, evidence }: Look): string[] {
  const { maxErrorRatePercent, maxLatencyP95Ms, minRequests } = analysis
  const compares = evidence !== null
  if (!compares && maxErrorRatePercent === null && maxLatencyP95Ms === null) return []
  if (canary === null) return ['the edge returns no metrics']
  const needed = compares ? Math.max(1, minRequests) : minRequests
  return [
    ...(canary.requests < needed ? [`${plural(canary.requests, 'request')} so far, ${needed} needed`] : []),
    ...(compares && (stable?.requests ?? 0) < needed
      ? [`${plural(stable?.requests ?? 0, 'request')} to the stable set so far, ${needed} needed to compare with`]
      : []),
  ]
}

function ownMissing({ command, metric }: Analysis, look: Look): string[] {
  return [
    ...(command !== null && look.commandExit !== 0 ? [`analysis command ${command[0]} gave no verdict`] : []),
    ...(metric !== null && look.metric === null ? [`${metric.url} gave no number at ${metric.path}`] : []),
  ]
}
