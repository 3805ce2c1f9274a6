import type { ScalingTarget } from '../topology/model.js'

/** A live instance as its host shows it. */
export interface Live {
  name: string
  resource: string
  isRunning: boolean
  /** CPU time since its start, ns; null: its host does not say, as of a VM without an agent. */
  cpuNs: number | null
}

/**
 * The counters of a resource's instances, by name; null: not all of them are known. What no host or edge counts is no idle instance: it would
 * be removed under load.
 * @param requests - since each edge began to count, by instance, of those that edges have
 */
export function totalsOf(
  live: readonly Live[],
  requests: ReadonlyMap<string, number>,
  { resource, of }: { resource: string; of: ScalingTarget['of'] },
): Record<string, number> | null {
  const own = live.filter((each) => each.resource === resource)
  const counted = own.map(({ name, isRunning, cpuNs }): [string, number | null] => [
    name,
    !isRunning ? null : of === 'cpu' ? cpuNs : (requests.get(name) ?? null),
  ])
  const known = counted.flatMap(([name, count]): [string, number][] => (count === null ? [] : [[name, count]]))
  const totals = Object.fromEntries(known)
  // Two of one name, on two hosts, are not one.
  return Object.keys(totals).length === own.length ? totals : null
}
