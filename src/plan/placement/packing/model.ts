/** Equal things to be packed. */
export interface Load {
  count: number
  /** What decides which is larger; any unit. */
  size: number
  /** What one of them takes of each bin, in the bin's dimensions; null: it may not be there. */
  needs: readonly (readonly number[] | null)[]
}

/** What things are packed into. The order of bins is that in which they are filled. */
export interface Bin {
  /** In dimensions of its own. */
  free: readonly number[]
  /** Of each dimension in all: how scarce it is. */
  capacity: readonly number[]
  /** There is something in it, so that more costs no further bin. */
  inUse: boolean
}

/** How many of each load are in each bin: `packing[load][bin]`. */
export type Packing = number[][]

/** Sums of fractions are not exact. */
const TOLERANCE = 1e-6

/** Whether one more fits. */
export const fits = (needs: readonly number[], free: readonly number[]): boolean =>
  needs.every((need, dimension) => need <= (free[dimension] ?? 0) + TOLERANCE)

/** How many fit, `most` at most. */
export function howMany(needs: readonly number[], free: readonly number[], most: number): number {
  const each = needs.map((need, dimension) =>
    need <= 0 ? most : Math.floor(((free[dimension] ?? 0) + TOLERANCE) / need),
  )
  return Math.max(0, Math.min(most, ...each))
}

/** What is free once some are there. */
export const less = (free: readonly number[], needs: readonly number[], count = 1): number[] =>
  free.map((has, dimension) => has - (needs[dimension] ?? 0) * count)

/** Positions of the loads, the largest first; equal ones keep their order. */
export const largestFirst = (loads: readonly Load[]): number[] =>
  loads.map((_, at) => at).sort((a, b) => (loads[b]?.size ?? 0) - (loads[a]?.size ?? 0) || a - b)

/** Bins with something in them. */
export const binsUsed = (bins: readonly Bin[], packing: Packing): number =>
  bins.filter(({ inUse }, bin) => inUse || packing.some((counts) => (counts[bin] ?? 0) > 0)).length

/** Things that are in no bin. */
export const left = (loads: readonly Load[], packing: Packing): number =>
  loads.reduce((sum, { count }, at) => sum + count - (packing[at] ?? []).reduce((packed, each) => packed + each, 0), 0)
