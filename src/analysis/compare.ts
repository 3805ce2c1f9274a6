import type { Summary } from '../traffic/samples.js'
import type { Comparison } from './comparison.js'
import type { Evidence } from './evidence.js'
import { errorWords, latencyWords } from './words.js'
import { allowedMs, latencyEvidence, slowerShare } from './rank.js'
import { errorDifference, errorEvidence } from './sequential.js'

/**
 * 1/alpha of the two tests: of canaries that are as good as the stable set, 3 % at most are ever taken for failing more often, and
 * 2 % for being slower.
 */
export const ERROR_ALARM = 1 / 0.03
export const LATENCY_ALARM = 1 / 0.02

/** Compares by the evidence of all steps; what is alarmed about must also be large enough to matter. */
export function compare(
  { evidence, canary, stable }: { evidence: Evidence; canary: Summary; stable: Summary },
  slowdownPercent: number | null,
): { comparison: Comparison; breaches: string[] } {
  const difference = errorDifference(evidence.errors)
  const errors: Comparison['errors'] = {
    canary: evidence.errors.canary,
    stable: evidence.errors.stable,
    differencePercent: difference === null ? null : difference * 100,
    evidence: bounded(errorEvidence(evidence.errors)),
    alarmAt: ERROR_ALARM,
  }
  const latency: Comparison['latency'] = slowdownPercent === null ? null : latencyOf({ evidence, canary, stable })
  const breaches = [
    ...(errors.evidence >= errors.alarmAt && (errors.differencePercent ?? 0) >= LEAST_DIFFERENCE_PERCENT
      ? [errorWords(errors)]
      : []),
    ...(slowdownPercent !== null &&
    latency !== null &&
    latency.evidence >= latency.alarmAt &&
    isSlower(latency, slowdownPercent)
      ? [latencyWords(latency)]
      : []),
  ]
  return { comparison: { errors, latency }, breaches }
}

/** Percentage points. Five failures of a million requests may be more than none of a million by all evidence, and yet no reason. */
const LEAST_DIFFERENCE_PERCENT = 0.1

const latencyOf = ({ evidence, canary, stable }: { evidence: Evidence; canary: Summary; stable: Summary }) => {
  const share = slowerShare(evidence.latency)
  return {
    canary: { p50Ms: canary.p50Ms, p95Ms: canary.p95Ms },
    stable: { p50Ms: stable.p50Ms, p95Ms: stable.p95Ms },
    slowerPercent: share === null ? null : share * 100,
    evidence: bounded(latencyEvidence(evidence.latency)),
    alarmAt: LATENCY_ALARM,
  }
}

/** By the requests at hand: a canary that was slow while it warmed up is not taken back for it later. */
const isSlower = ({ canary, stable }: NonNullable<Comparison['latency']>, slowdownPercent: number): boolean =>
  (['p50Ms', 'p95Ms'] as const).some((quantile) => {
    const [own, others] = [canary[quantile], stable[quantile]]
    return own !== null && others !== null && own > allowedMs(others, slowdownPercent)
  })

/** JSON has no infinity. */
const bounded = (evidence: number): number => Math.min(evidence, 1e12)
