import type { Bin, Load } from '../src/plan/placement/packing/model.js'
import { seeded } from './canaries.js'

/** Instances of one-dimensional bin packing, made as the literature makes them. */
export interface PackingClass {
  name: string
  capacity: number
  /** The sizes of each instance. */
  instances: number[][]
}

const times = <Each>(count: number, make: (index: number) => Each): Each[] =>
  Array.from({ length: count }, (_, i) => make(i))

/** A whole number within bounds, both included. */
const between = (random: () => number, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1))

/**
 * The classes that heuristics are compared on. Uniform and triplets: E. Falkenauer, "A hybrid grouping genetic algorithm for bin
 * packing" (1996), 20 of each size. Classes 1, 2 and 3: A. Scholl, R. Klein and C. Jürgens, "BISON: a fast hybrid procedure for exactly
 * solving the one-dimensional bin packing problem" (1997), 5 of each combination of the first two, 10 of the third. They are drawn here by
 * a seed; the files that the literature publishes are other draws of the same.
 */
export const packingClasses = (): PackingClass[] => [
  ...[120, 250, 500, 1_000].map((n) => uniform(n)),
  ...[60, 120, 249, 501].map((n) => triplets(n)),
  ...[50, 100, 200, 500].flatMap((n) => [100, 120, 150].map((capacity) => scholl1(n, capacity))),
  ...[3, 5, 7, 9].map((average) => scholl2(average)),
  scholl3(),
]

const uniform = (n: number): PackingClass => ({
  name: `Falkenauer u${n}`,
  capacity: 150,
  instances: times(20, (i) => {
    const random = seeded(n * 100 + i)
    return times(n, () => between(random, 20, 100))
  }),
})

/** Three fill a bin without a gap, and no other number does. */
const triplets = (n: number): PackingClass => ({
  name: `Falkenauer t${n}`,
  capacity: 1_000,
  instances: times(20, (i) => {
    const random = seeded(n * 100 + i)
    return times(n / 3, () => {
      const first = between(random, 380, 490)
      const second = between(random, 250, Math.floor((1_000 - first) / 2))
      return [first, second, 1_000 - first - second]
    }).flat()
  }),
})

const scholl1 = (n: number, capacity: number): PackingClass => ({
  name: `Scholl 1, n ${n}, c ${capacity}`,
  capacity,
  instances: [1, 20, 30].flatMap((least) =>
    times(5, (i) => {
      const random = seeded(n * 1_000 + capacity * 10 + least * 7 + i)
      return times(n, () => between(random, least, 100))
    }),
  ),
})

const scholl2 = (parts: number): PackingClass => ({
  name: `Scholl 2, average c/${parts}`,
  capacity: 1_000,
  instances: [50, 100, 200, 500].flatMap((n) =>
    [0.2, 0.5, 0.9].flatMap((spread) =>
      times(5, (i) => {
        const random = seeded(n * 100 + parts * 10 + spread * 1_000 + i)
        const average = 1_000 / parts
        return times(n, () => between(random, Math.ceil(average * (1 - spread)), Math.floor(average * (1 + spread))))
      }),
    ),
  ),
})

const scholl3 = (): PackingClass => ({
  name: 'Scholl 3, n 200',
  capacity: 100_000,
  instances: times(10, (i) => {
    const random = seeded(31 + i)
    return times(200, () => between(random, 20_000, 35_000))
  }),
})

/**
 * The lower bound L2: S. Martello and P. Toth, "Lower bounds and reduction procedures for the bin packing problem" (1990). What is
 * larger than half a bin has one of its own, and smaller things than `least` are left out.
 */
export function lowerBound(sizes: readonly number[], capacity: number): number {
  const sum = (some: readonly number[]): number => some.reduce((total, size) => total + size, 0)
  const bounds = [0, ...new Set(sizes.filter((size) => size <= capacity / 2))].map((least) => {
    const alone = sizes.filter((size) => size > capacity - least)
    const large = sizes.filter((size) => size > capacity / 2 && size <= capacity - least)
    const small = sizes.filter((size) => size >= least && size <= capacity / 2)
    const more = Math.ceil((sum(small) - (large.length * capacity - sum(large))) / capacity)
    return alone.length + large.length + Math.max(0, more)
  })
  return Math.max(...bounds)
}

/** The sizes as loads, and enough bins for them. */
export function packingOf(sizes: readonly number[], capacity: number): { loads: Load[]; bins: Bin[] } {
  const bins = sizes.map((): Bin => ({ free: [capacity], capacity: [capacity], inUse: false }))
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  const loads = [...counts].map(([size, count]): Load => {
    const need = [size]
    return { count, size, needs: bins.map(() => need) }
  })
  return { loads, bins }
}
