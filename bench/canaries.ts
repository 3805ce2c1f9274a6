import { collect, noEvidence, type Evidence } from '../src/analysis/evidence.js'
import type { Observation } from '../src/analysis/observation.js'

/** A canary that never was, for measuring how often and how soon it is found to be worse. */
export interface SimulatedCanary {
  requestsPerSecond: number
  /** Part of the requests that the canary gets, in a given second. */
  share: (second: number) => number
  /** Part of a side's requests that fails, in a given second. */
  errorRate?: (canary: boolean, second: number) => number
  /** ms of one request. Without it latency is not looked at. */
  latency?: (canary: boolean, second: number, random: Random) => number
  slowdownPercent?: number
}

export type Random = () => number

/** Tommy Ettinger's mulberry32: numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Of the standard normal distribution (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/**
 * Watches a canary with a look every second until `alarm` or the time is over.
 *
 * @returns the requests of both sides until the alarm, and its second; null: there was none
 */
export function watch(
  canary: SimulatedCanary,
  { seconds, random, alarm }: { seconds: number; random: Random; alarm: (evidence: Evidence) => boolean },
): { requests: number; second: number } | null {
  const { requestsPerSecond, latency, slowdownPercent = 20 } = canary
  let evidence = noEvidence()
  let listed: Observation[] = []
  for (let second = 0; second < seconds; second += 1) {
    for (let i = 0; i < requestsPerSecond; i += 1) listed.push(request(canary, second, i, random))
    evidence = collect(evidence, listed, { slowdownPercent: latency === undefined ? null : slowdownPercent })
    if (alarm(evidence)) return { requests: (second + 1) * requestsPerSecond, second }
    const needed =
      latency === undefined
        ? evidence.errors.throughMs
        : Math.min(evidence.errors.throughMs, evidence.latency.throughMs)
    listed = listed.filter(({ at }) => at >= needed)
  }
  return null
}

function request(canary: SimulatedCanary, second: number, i: number, random: Random): Observation {
  const own = random() < canary.share(second)
  const failed = random() < (canary.errorRate?.(own, second) ?? 0)
  return {
    at: (second + i / canary.requestsPerSecond) * 1_000,
    canary: own,
    failed,
    ms: failed ? null : (canary.latency?.(own, second, random) ?? null),
  }
}
