import { fits, largestFirst, less, type Bin, type Load, type Packing } from './model.js'

/**
 * Sets of things that are looked at for one bin. Most bins are filled without a gap long before; without a limit a few would take
 * for ever.
 */
const MOST_TRIES = 20_000

/** A bin is full when less than this share of it is free. */
const FULL = 1e-9

/**
 * Minimum bin slack with the largest thing fixed (MBS'): bin after bin gets the largest thing that is left and, with it, the set of
 * others that leaves least of the bin free. J. N. D. Gupta and J. C. Ho, "A new heuristic algorithm for the one-dimensional
 * bin-packing problem" (1999); K. Fleszar and K. S. Hindi, "New heuristics for one-dimensional bin-packing" (2002). With several
 * dimensions the slack is the sum of their free shares.
 */
export function minimumBinSlack(loads: readonly Load[], bins: readonly Bin[]): Packing {
  const packing: Packing = loads.map(() => bins.map(() => 0))
  const remaining = loads.map(({ count }) => count)
  const order = largestFirst(loads)
  for (const [at, bin] of bins.entries()) {
    for (const load of fullest(loads, { at, bin, remaining, order })) {
      const counts = packing[load]
      if (counts !== undefined) counts[at] = (counts[at] ?? 0) + 1
      remaining[load] = (remaining[load] ?? 0) - 1
    }
  }
  return packing
}

interface ForBin {
  at: number
  bin: Bin
  remaining: readonly number[]
  order: readonly number[]
}

/** The loads of the set that fills the bin best, one entry for each thing. */
function fullest(loads: readonly Load[], { at, bin, remaining, order }: ForBin): number[] {
  const needOf = (load: number): readonly number[] | null => loads[load]?.needs[at] ?? null
  const fitting = order.filter((load) => {
    const need = needOf(load)
    return (remaining[load] ?? 0) > 0 && need !== null && fits(need, bin.free)
  })
  const [seed] = fitting
  if (seed === undefined) return []
  // What nothing here wants is free whatever is packed.
  const wanted = bin.capacity.map((_, dimension) => fitting.some((load) => (needOf(load)?.[dimension] ?? 0) > 0))
  const share = (amounts: readonly number[]): number =>
    amounts.reduce((sum, amount, dimension) => {
      const all = bin.capacity[dimension] ?? 0
      return wanted[dimension] && all > 0 ? sum + amount / all : sum
    }, 0)
  const shares = fitting.map((load) => share(needOf(load) ?? []))
  const left = fitting.map((load) => (remaining[load] ?? 0) - (load === seed ? 1 : 0))
  /** What all of the things from a position on would fill. */
  const rest: number[] = [0]
  for (let i = fitting.length - 1; i >= 0; i -= 1) rest.unshift((rest[0] ?? 0) + (left[i] ?? 0) * (shares[i] ?? 0))

  const chosen: number[] = []
  let best: number[] = []
  let least = Infinity
  let tries = 0
  const search = (from: number, free: readonly number[], slack: number): void => {
    tries += 1
    if (slack < least - FULL) {
      least = slack
      best = [...chosen]
    }
    for (let i = from; i < fitting.length && least > FULL && tries < MOST_TRIES; i += 1) {
      // Not even all that is left would fill it better.
      if (slack - (rest[i] ?? 0) >= least - FULL) return
      const load = fitting[i] ?? seed
      const need = needOf(load) ?? []
      if ((left[i] ?? 0) === 0 || !fits(need, free)) continue
      left[i] = (left[i] ?? 0) - 1
      chosen.push(load)
      search(i, less(free, need), slack - (shares[i] ?? 0))
      chosen.pop()
      left[i] = (left[i] ?? 0) + 1
    }
  }
  const free = less(bin.free, needOf(seed) ?? [])
  search(0, free, share(free))
  return [seed, ...best]
}
