import type { Observation } from './observation.js'

export interface WindowRule {
  /** A window lasts this long at least, ms. */
  leastMs: number
  /** And until it holds so many requests of both sides together. */
  least: number
}

/**
 * Cuts requests into windows that are over, from where the last one ended. A window ends at a whole second of the host's clock.
 * When it ends depends on time and on the number of requests alone, never on whose they were or how they went: otherwise what is
 * computed of it would no longer be evidence.
 *
 * Its requests come out the same however often and whenever one looks, so a look may be repeated.
 *
 * @param throughMs - where the last window ended
 */
export function closedWindows(
  observations: readonly Observation[],
  throughMs: number,
  { leastMs, least }: WindowRule,
): { windows: Observation[][]; throughMs: number } {
  const newest = observations.at(-1)?.at ?? 0
  // The host's clock was set back: what is left is to begin again from here.
  if (observations.length > 0 && newest + SET_BACK_MS < throughMs) return { windows: [], throughMs: second(newest) }
  const settled = second(newest - SETTLING_MS)
  const fresh = observations.filter(({ at }) => at >= throughMs && at < settled)
  const first = fresh.reduce((earliest, { at }) => Math.min(earliest, at), Infinity)
  // Most looks come before a window is over.
  if (fresh.length < least || settled - second(first) < leastMs) return { windows: [], throughMs }
  const sorted = fresh.sort((a, b) => a.at - b.at)

  const windows: Observation[][] = []
  let open: Observation[] = []
  let through = throughMs
  const over = (now: number): boolean =>
    open.length >= least && now > second(open.at(-1)?.at ?? now) && now - second(open[0]?.at ?? now) >= leastMs
  for (const observation of sorted) {
    const now = second(observation.at)
    if (over(now)) {
      windows.push(open)
      open = []
      through = now
    }
    open.push(observation)
  }
  if (over(settled)) {
    windows.push(open)
    through = settled
  }
  return { windows, throughMs: through }
}

/** Requests that finished at the same time are listed within this time of each other, ms. */
const SETTLING_MS = 2_000
/** A clock that is this far behind was set, ms. */
const SET_BACK_MS = 60_000

const second = (ms: number): number => Math.floor(ms / 1_000) * 1_000
