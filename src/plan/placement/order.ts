import { isLimited } from './demand.js'
import type { Amounts, Demand, HostState, Wanted } from './model.js'
import { addsUp } from './room.js'

/**
 * The order in which instances are placed: what has no choice, then by priority, what others want to be near to before them, the
 * larger ones first, and in the order of the file.
 */
export function inOrder(wanted: readonly Wanted[], hosts: ReadonlyMap<string, HostState>): Wanted[] {
  const all = totals([...hosts.values()])
  const sizes = new Map(wanted.map((each) => [each, sizeOf(each.demand, all)]))
  const levels = affinityLevels(wanted)
  const keys = new Map(
    wanted.map((each, position) => [
      each,
      [
        isBound(each, hosts) ? 0 : 1,
        -each.placement.priority,
        levels.get(each.resource) ?? 0,
        -(sizes.get(each) ?? 0),
        position,
      ],
    ]),
  )
  return wanted.toSorted((a, b) => compared(keys.get(a) ?? [], keys.get(b) ?? []))
}

const compared = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, each, at) => sum || each - (b[at] ?? 0), 0)

/** It goes to its one host whatever is there, so that others see the room that it takes. */
function isBound(wanted: Wanted, hosts: ReadonlyMap<string, HostState>): boolean {
  const [only] = wanted.candidates
  const host = only === undefined ? undefined : hosts.get(only)
  return host !== undefined && wanted.candidates.length === 1 && !addsUp(wanted, host)
}

/** The sum of what hosts have in all, as far as it is known. */
export function totals(hosts: readonly HostState[]): Omit<Amounts, 'pools'> & { diskMiB: number } {
  const sum = (of: (total: Amounts) => number): number =>
    hosts.reduce((all, { total }) => all + (total === null ? 0 : of(total)), 0)
  return {
    cpu: sum(({ cpu }) => cpu),
    memoryMiB: sum(({ memoryMiB }) => memoryMiB),
    diskMiB: sum(({ pools }) => Object.values(pools).reduce((all, mib) => all + mib, 0)),
  }
}

/** The shares of all hosts that an instance wants, added up; 0 where it has no limits, or nobody knows what hosts have. */
export function sizeOf(demand: Demand, all: ReturnType<typeof totals>): number {
  if (!isLimited(demand)) return 0
  const disk = demand.diskMiB + Object.values(demand.volumes).reduce((sum, mib) => sum + mib, 0)
  const share = (wanted: number, of: number): number => (of === 0 ? 0 : wanted / of)
  return share(demand.cpu, all.cpu) + share(demand.memoryMiB, all.memoryMiB) + share(disk, all.diskMiB)
}

/** How many resources must be placed before one, at least: those that it wants to be near to. In a cycle the first goes first. */
function affinityLevels(wanted: readonly Wanted[]): Map<string, number> {
  const rules = new Map(wanted.map(({ resource, placement }) => [resource, placement.affinity.map(({ to }) => to)]))
  const levels = new Map<string, number>()
  const visit = (resource: string, trail: readonly string[]): number => {
    const known = levels.get(resource)
    if (known !== undefined) return known
    const before = (rules.get(resource) ?? []).filter((to) => rules.has(to) && !trail.includes(to))
    const level = Math.max(0, ...before.map((to) => visit(to, [...trail, resource]) + 1))
    levels.set(resource, level)
    return level
  }
  for (const resource of rules.keys()) visit(resource, [])
  return levels
}
