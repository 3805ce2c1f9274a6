import { plural } from '../../plural.js'
import { amountsOn, isLimited } from './demand.js'
import { refusalOf } from './filters.js'
import type { Amounts, Choice, HostState, Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'
import { sizeOf, totals } from './order.js'
import { binsUsed, left, type Bin, type Load } from './packing/model.js'
import { pack } from './packing/pack.js'
import { mostOf } from './room.js'
import type { Rules } from './rules.js'

/**
 * Whether an instance is packed together with others: it is to be packed, by limits alone. Preferences and rules between resources
 * are for one instance after the other.
 */
export const isPacked = (wanted: Wanted, { near, apart }: Rules): boolean =>
  wanted.placement.strategy === 'pack' &&
  wanted.candidates.length > 1 &&
  isLimited(wanted.demand) &&
  near.length + apart.length + Object.keys(wanted.placement.prefer.labels).length === 0 &&
  wanted.placement.prefer.site === null &&
  wanted.placement.prefer.region === null

/** A batch on as few hosts as possible, counted there; null, and nothing counted, when not all of it has room. */
export function placeBatch(
  wanted: readonly Wanted[],
  {
    hosts: all,
    rulesFor,
    occupancy,
  }: { hosts: readonly HostState[]; rulesFor: (of: Wanted) => Rules; occupancy: Occupancy },
): Choice[] | null {
  const hosts = fillOrder(
    all.filter(({ total }) => total !== null),
    occupancy,
  )
  const groups = grouped(wanted).map((group) => ({
    ...group,
    refused: hosts
      .filter(({ name }) => group.like.candidates.includes(name))
      .flatMap((host) => refusalOf({ wanted: group.like, host, rules: rulesFor(group.like), occupancy }) ?? []),
  }))
  const sums = totals(hosts)
  const bins = hosts.map((host) => binOf(host, occupancy))
  const loads = groups.map(({ like, members, refused }): Load => ({
    count: members.length,
    size: sizeOf(like.demand, sums),
    needs: hosts.map((host) =>
      like.candidates.includes(host.name) && refused.every((refusal) => refusal.host !== host.name)
        ? vector(amountsOn(like.demand, host, like.resource), host)
        : null,
    ),
  }))
  const packing = pack(loads, bins)
  if (left(loads, packing) > 0) return null
  const reason = `packed: ${binsUsed(bins, packing)} of ${plural(hosts.length, 'host')} in use`
  return groups.flatMap(({ members, refused }, at) => {
    const places = hosts.flatMap((host, bin) => Array.from({ length: packing[at]?.[bin] ?? 0 }, () => host))
    return members.flatMap((each, i): Choice[] => {
      const host = places[i]
      if (host === undefined) return []
      occupancy.add(each, host)
      return [{ wanted: each, host: host.name, reason, refused, forced: false }]
    })
  })
}

/** Instances that are alike to packing: of one resource, for the same hosts. */
function grouped(wanted: readonly Wanted[]): { like: Wanted; members: Wanted[] }[] {
  const groups = new Map<string, { like: Wanted; members: Wanted[] }>()
  for (const each of wanted) {
    const key = `${each.resource} ${each.candidates.join(' ')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { like: each, members: [each] })
    else group.members.push(each)
  }
  return [...groups.values()]
}

/** Hosts that are in use come first, the fuller ones before; of the others the larger ones. Equal hosts keep their order. */
function fillOrder(hosts: readonly HostState[], occupancy: Occupancy): HostState[] {
  const sums = totals(hosts)
  const size = ({ cpu, memoryMiB }: Pick<Amounts, 'cpu' | 'memoryMiB'>): number =>
    (sums.cpu === 0 ? 0 : cpu / sums.cpu) + (sums.memoryMiB === 0 ? 0 : memoryMiB / sums.memoryMiB)
  const keys = new Map(
    hosts.map((host, position) => {
      const most = mostOf(host)
      const has = most === null ? 0 : size(most)
      const full = has === 0 ? 0 : size(occupancy.used(host)) / has
      return [host, isInUse(host, occupancy) ? [0, -full, position] : [1, -has, position]]
    }),
  )
  return hosts.toSorted((a, b) => (keys.get(a) ?? []).reduce((sum, key, i) => sum || key - (keys.get(b)?.[i] ?? 0), 0))
}

function isInUse(host: HostState, occupancy: Occupancy): boolean {
  const { cpu, memoryMiB, pools } = occupancy.used(host)
  return occupancy.instances(host) > 0 || cpu + memoryMiB > 0 || Object.values(pools).some((mib) => mib > 0)
}

/** Dimensions are CPUs, memory, and each pool that the host is known to have. */
function binOf(host: HostState, occupancy: Occupancy): Bin {
  const most = mostOf(host) ?? { cpu: 0, memoryMiB: 0, pools: {} }
  const used = vector(occupancy.used(host), host)
  const capacity = vector(most, host)
  return {
    capacity,
    free: capacity.map((has, dimension) => Math.max(0, has - (used[dimension] ?? 0))),
    inUse: isInUse(host, occupancy),
  }
}

const vector = ({ cpu, memoryMiB, pools }: Amounts, { total }: HostState): number[] => [
  cpu,
  memoryMiB,
  ...Object.keys(total?.pools ?? {}).map((pool) => pools[pool] ?? 0),
]
