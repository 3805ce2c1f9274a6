import type { ScalingTarget } from '../topology/model.js'

/** Counters of the instances of a resource at one moment; they only grow, until what counts begins again. */
export interface Meters {
  /** ms since the epoch. */
  at: number
  /** By instance: CPU time in ns, or requests. */
  totals: Record<string, number>
}

/** What the counters were read of. */
export interface Metered {
  target: ScalingTarget
  /** CPUs that an instance may use. */
  cpus: number | null
  /** Instances that there are to be. */
  count: number
}

/**
 * What one instance bore on average between two readings, in the unit of the target; null: it cannot be said, because an instance is
 * missing or new, or a counter began again.
 */
export function loadBetween(before: Meters | null, now: Meters, { target, cpus, count }: Metered): number | null {
  const names = Object.keys(now.totals)
  if (before === null || names.length !== count || now.at <= before.at) return null
  const grown = names.map((name) => (now.totals[name] ?? 0) - (before.totals[name] ?? Number.POSITIVE_INFINITY))
  if (grown.some((each) => each < 0)) return null
  const perSecond = grown.reduce((sum, each) => sum + each, 0) / count / ((now.at - before.at) / 1_000)
  return target.of === 'requests' ? perSecond : cpus === null ? null : (perSecond / 1e9 / cpus) * 100
}

/** `82 % of the CPU that an instance may use, 70 % wanted`. */
export const loadWords = (load: number, { of, value }: ScalingTarget): string =>
  of === 'cpu'
    ? `${rounded(load)} % of an instance's CPU, ${value} % wanted`
    : `${rounded(load)} requests a second and instance, ${value} wanted`

const rounded = (load: number): string => String(load < 10 ? Math.round(load * 10) / 10 : Math.round(load))
