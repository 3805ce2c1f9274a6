import { mixed, type Bet } from './mixture.js'
import type { Observation } from './observation.js'

/** What the windows so far say of latency. */
export interface LatencyEvidence {
  /** Where the last window ended, ms by the host's clock; 0: there was none. */
  throughMs: number
  /** Requests of the canary that were compared, and the pairs in which it was slower than allowed, as shares of all pairs. */
  compared: number
  slower: number
  /** Natural logarithm of the gain of each bet. */
  logs: number[]
}

export const noLatency = (): LatencyEvidence => ({ throughMs: 0, compared: 0, slower: 0, logs: BETS.map(() => 0) })

/**
 * Sequential rank test of "the canary is no slower than the stable set would be if it were so many percent slower".
 *
 * Of each window two numbers count: Mann and Whitney's U as a share (in how many of all pairs of a request of the canary and one
 * of the stable set the canary took longer), which sees all requests slow down; and the canary's share of the window's slowest
 * tenth, which sees a tail grow. If both sides are alike their means are 1/2 and the canary's share of the requests, and they are
 * no higher if the canary is faster. That is all that is used: each bet gains in proportion to what a window is above its mean,
 * so its expected gain is 1 at most, the product over all windows is an e-process, and so is the average over the bets (Shekhar
 * and Ramdas: Nonparametric Two-Sample Testing by Betting, IEEE Transactions on Information Theory 70, 2024; Waudby-Smith and
 * Ramdas: Estimating means of bounded random variables by betting, JRSS B 86, 2024). No variance is estimated and requests need
 * not be independent: minutes that are slow for both sides cancel out, and requests of one window that are slow together are one
 * window.
 */
export function addLatency(
  before: LatencyEvidence,
  { windows, throughMs }: { windows: readonly Observation[][]; throughMs: number },
  slowdownPercent: number,
): LatencyEvidence {
  return windows
    .map((window) => ranked(window, slowdownPercent))
    .filter((ranks) => ranks !== null)
    .reduce(addWindow, { ...before, throughMs })
}

/** The evidence as one number: how many times better the bets on a slower canary did than chance. */
export const latencyEvidence = ({ logs }: LatencyEvidence): number => Math.exp(mixed(BETS, logs))

/** Share of pairs in which the canary was slower than allowed; 0.5 is even. null: nothing was compared. */
export const slowerShare = ({ compared, slower }: LatencyEvidence): number | null =>
  compared === 0 ? null : slower / compared

/** What may come on top of the percentage, ms: the edge measures in whole milliseconds. */
const RESOLUTION_MS = 1

export const allowedMs = (stableMs: number, slowdownPercent: number): number =>
  stableMs * (1 + slowdownPercent / 100) + RESOLUTION_MS

export interface Ranks {
  /** Requests of the canary. */
  canary: number
  /** The canary's share of the requests. */
  share: number
  /** Share of pairs in which the canary's request took longer; a tie is half a pair. */
  slower: number
  /** The canary's share of the slowest tenth. */
  tail: number
}

/** null: one of the sides has no requests in it. */
export function ranked(window: readonly Observation[], slowdownPercent: number): Ranks | null {
  const times = window.flatMap(({ canary, ms }) =>
    ms === null ? [] : [{ canary, ms: canary ? ms : allowedMs(ms, slowdownPercent) }],
  )
  const canary = times.filter((time) => time.canary).length
  const stable = times.length - canary
  if (canary === 0 || stable === 0) return null
  times.sort((a, b) => b.ms - a.ms)

  const slowest = Math.ceil(times.length / 10)
  let pairs = 0
  let stableSlower = 0
  let tail = 0
  for (let from = 0, to = 0; from < times.length; from = to) {
    let own = 0
    for (to = from; times[to]?.ms === times[from]?.ms && to < times.length; to += 1) if (times[to]?.canary) own += 1
    const others = to - from - own
    pairs += own * (stable - stableSlower - others / 2)
    stableSlower += others
    // Of a tie across the border of the tenth, a part.
    tail += own * Math.min(1, Math.max(0, slowest - from) / (to - from))
  }
  return { canary, share: canary / times.length, slower: pairs / (canary * stable), tail: tail / slowest }
}

function addWindow(before: LatencyEvidence, ranks: Ranks): LatencyEvidence {
  return {
    ...before,
    compared: before.compared + ranks.canary,
    slower: before.slower + ranks.canary * ranks.slower,
    logs: BETS.map(({ on, stake }, i) => (before.logs[i] ?? 0) + Math.log(1 + stake * surplus[on](ranks))),
  }
}

/** How far a window is above its mean, as a share of the mean; its own mean is 0 at most if the canary is not slower, and it is -1 at least. */
const surplus = {
  slower: ({ slower }: Ranks) => slower / 0.5 - 1,
  tail: ({ tail, share }: Ranks) => tail / share - 1,
}

/** `stake`: the part of what was gained so far that is put on one window. */
const BETS: readonly (Bet & { on: keyof typeof surplus; stake: number })[] = [
  { on: 'slower', stake: 0.3, share: 0.2 },
  { on: 'slower', stake: 0.9, share: 0.4 },
  { on: 'tail', stake: 0.1, share: 0.1 },
  { on: 'tail', stake: 0.3, share: 0.15 },
  { on: 'tail', stake: 0.7, share: 0.15 },
]
