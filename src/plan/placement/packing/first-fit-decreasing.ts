import { howMany, largestFirst, less, type Bin, type Load, type Packing } from './model.js'

/** The largest first, each into the first bin that has room for it. */
export function firstFitDecreasing(loads: readonly Load[], bins: readonly Bin[]): Packing {
  const packing: Packing = loads.map(() => bins.map(() => 0))
  const free = bins.map((bin) => bin.free)
  for (const at of largestFirst(loads)) {
    const { count = 0, needs = [] } = loads[at] ?? {}
    let remaining = count
    for (let bin = 0; bin < bins.length && remaining > 0; bin += 1) {
      const need = needs[bin] ?? null
      if (need === null) continue
      const some = howMany(need, free[bin] ?? [], remaining)
      if (some === 0) continue
      free[bin] = less(free[bin] ?? [], need, some)
      const counts = packing[at]
      if (counts !== undefined) counts[bin] = some
      remaining -= some
    }
  }
  return packing
}
