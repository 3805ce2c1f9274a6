import { amountsOn, isLimited, plus } from './demand.js'
import { refusalOf } from './filters.js'
import type { Amounts, HostState, Wanted } from './model.js'
import { Occupancy } from './occupancy.js'
import { freeShares } from './room.js'
import { rulesOf, type Declared } from './rules.js'

/** An instance that may be elsewhere, and is on a host. */
export type Movable = Wanted & { from: string }

export interface Balance {
  /** The host of each that moves, with what both hosts bore before it, percent. */
  moves: { wanted: Movable; to: string; fuller: number; emptier: number }[]
  /** Between the fullest host and the emptiest one, percentage points. */
  before: number
  after: number
  /** What a host bears: the larger share of its CPUs and memory that limits take, or, without limits, its share of all instances. */
  by: 'limits' | 'instances'
}

/**
 * Which instances to move so that hosts are used evenly: from the fullest host to the emptiest one that can have it, as long as the
 * fuller of the two gets emptier by it. No replica comes to a host with as many of its resource as there are where it is. Each moves once
 * at most. Pure: the same input gives the same moves.
 */
export function balance({
  hosts: all,
  movable,
  declared,
}: {
  hosts: readonly HostState[]
  movable: readonly Movable[]
  declared: Declared
}): Balance {
  const eligible = new Set(movable.flatMap(({ candidates }) => candidates))
  const hosts = new Map(
    all
      .filter(({ name, cordoned, unreachable }) => eligible.has(name) && cordoned === null && unreachable === null)
      .map((host) => [host.name, host]),
  )
  const by = measure([...hosts.values()], movable)
  const left = movable.filter(({ from }) => hosts.has(from))
  const before = gap(loads(hosts, by))
  const moves: Balance['moves'] = []
  for (;;) {
    const move = nextMove(hosts, { left, declared, by })
    if (move === null) break
    moves.push(move)
    left.splice(left.indexOf(move.wanted), 1)
    shift(hosts, move)
  }
  return { moves, before, after: gap(loads(hosts, by)), by }
}

/** What is not known of one host tells nothing of another. */
const measure = (hosts: readonly HostState[], movable: readonly Movable[]): Balance['by'] =>
  movable.some(({ demand }) => demand.cpu > 0 || demand.memoryMiB > 0) && hosts.every(({ total }) => total !== null)
    ? 'limits'
    : 'instances'

interface Task {
  left: readonly Movable[]
  declared: Declared
  by: Balance['by']
}

function nextMove(hosts: Map<string, HostState>, { left, declared, by }: Task): Balance['moves'][number] | null {
  const now = loads(hosts, by)
  const fullest = [...now].sort((a, b) => b[1] - a[1])
  const emptiest = fullest.toReversed()
  for (const [from, fuller] of fullest) {
    let best: (Balance['moves'][number] & { most: number }) | null = null
    for (const wanted of left.filter((each) => each.from === from && weighs(each, by))) {
      for (const [to, emptier] of emptiest) {
        if (to === from || emptier >= fuller || !wanted.candidates.includes(to)) continue
        if (!fits({ wanted, to }, hosts, declared)) continue
        const then = new Map(hosts)
        shift(then, { wanted, to })
        const after = loads(then, by)
        const most = Math.max(after.get(from) ?? 0, after.get(to) ?? 0)
        if (most < fuller - TOLERANCE && (best === null || most < best.most - TOLERANCE)) {
          best = { wanted, to, fuller, emptier, most }
        }
      }
    }
    if (best !== null) {
      const { wanted, to, emptier } = best
      return { wanted, to, fuller, emptier }
    }
  }
  return null
}

const TOLERANCE = 1e-6

/** Moving what takes nothing evens out nothing. */
const weighs = ({ demand }: Movable, by: Balance['by']): boolean => by === 'instances' || isLimited(demand)

/** The host can have it, and spreads the replicas of its resource better, or as well. */
function fits(
  { wanted, to }: Pick<Balance['moves'][number], 'wanted' | 'to'>,
  hosts: Map<string, HostState>,
  declared: Declared,
): boolean {
  const { resource, placement, from } = wanted
  const count = (host: string): number => hosts.get(host)?.instances.get(resource) ?? 0
  if (count(to) >= count(from)) return false
  const without = new Map(hosts)
  const source = without.get(from)
  if (source !== undefined) without.set(from, changed(source, wanted, -1))
  const states = [...without.values()]
  const occupancy = new Occupancy(states)
  const host = occupancy.host(to)
  return refusalOf({ wanted, host, rules: rulesOf(resource, placement, declared), occupancy }) === null
}

function shift(hosts: Map<string, HostState>, { wanted, to }: Pick<Balance['moves'][number], 'wanted' | 'to'>): void {
  const [source, target] = [hosts.get(wanted.from), hosts.get(to)]
  if (source !== undefined) hosts.set(wanted.from, changed(source, wanted, -1))
  if (target !== undefined) hosts.set(to, changed(target, wanted, 1))
}

function changed(host: HostState, { demand, resource }: Movable, by: 1 | -1): HostState {
  const { cpu, memoryMiB, pools } = amountsOn(demand, host, resource)
  const amounts: Amounts = {
    cpu: by * cpu,
    memoryMiB: by * memoryMiB,
    pools: Object.fromEntries(Object.entries(pools).map(([pool, mib]) => [pool, by * mib])),
  }
  const instances = new Map(host.instances)
  instances.set(resource, (instances.get(resource) ?? 0) + by)
  return { ...host, used: plus(host.used, amounts), instances }
}

/** What each host bears, percent. */
function loads(hosts: ReadonlyMap<string, HostState>, by: Balance['by']): Map<string, number> {
  const counts = new Map(
    [...hosts].map(([name, { instances }]) => [name, [...instances.values()].reduce((a, b) => a + b, 0)]),
  )
  const total = Math.max(
    1,
    [...counts.values()].reduce((a, b) => a + b, 0),
  )
  return new Map(
    [...hosts].map(([name, host]) => [
      name,
      by === 'instances' ? (100 * (counts.get(name) ?? 0)) / total : share(host),
    ]),
  )
}

function share(host: HostState): number {
  const free = freeShares(NOTHING_MORE, host, host.used)
  return free === null ? 0 : 100 * Math.max(1 - free.cpu, 1 - free.memory)
}

const NOTHING_MORE = { demand: { cpu: 0, memoryMiB: 0, diskMiB: 0, volumes: {} } }

const gap = (of: ReadonlyMap<string, number>): number =>
  of.size === 0 ? 0 : Math.max(...of.values()) - Math.min(...of.values())
