import { FULL_WEIGHT, poolsByColor, type Member, type TrafficState } from './routes.js'
import type { Color } from '../naming/instance-names.js'
import { isDirty } from './half-done.js'
import { placesInPools, poolsOf } from './pools.js'
import type { LiveInstance } from './planned-change.js'
import type { Topology } from '../topology/model.js'

/**
 * The traffic as it should be before anything changes: what lives, at full weight, and what is kept aside in a pool of its own.
 * What an operation left half changed (named by `dirty`, or drained) stays out, as long as others are there in its pool.
 */
export function trafficNow(topology: Topology, live: LiveInstance[], dirty: readonly string[] = []): TrafficState {
  const serving = live.filter(({ resource }) => (topology.resources[resource]?.expose.length ?? 0) > 0)
  // A set of the other color takes no request in place of this one: the public ports lead to one pool.
  const placesOf = ({ resource, color }: LiveInstance): string[] => {
    const { expose = [] } = topology.resources[resource] ?? {}
    const own = expose.some(({ pool }) => pool === undefined)
    return [
      ...(own ? [`${resource} ${isApart(topology, resource) ? color : ''}`] : []),
      ...poolsOf({ expose }).map((pool) => `pool ${pool}.`),
    ]
  }
  const isOut = (i: LiveInstance): boolean => i.drained === true || isDirty(dirty, i)
  const whole = new Set(serving.filter((i) => i.role === 'live' && !isOut(i)).flatMap(placesOf))
  return {
    members: serving.flatMap((instance) => {
      const { name, resource, color, host, address, role } = instance
      if (address === null || !(role === 'live' || (role === 'old' && isApart(topology, resource)))) return []
      const state = isOut(instance) && placesOf(instance).every((place) => whole.has(place)) ? 'drain' : 'ready'
      return [{ instance: name, resource, color, host, address, weight: FULL_WEIGHT, state }]
    }),
    active: Object.fromEntries(
      [...new Set(serving.map(({ resource }) => resource))].flatMap((resource) => {
        const own = serving.filter((i) => i.role === 'live' && i.resource === resource)
        const declared = own.filter((i) => isDeclared(topology, i))
        const most = mostFrequent((declared.length > 0 ? declared : own).map(({ color }) => color))
        return most === undefined ? [] : [[resource, most]]
      }),
    ),
  }
}

/**
 * The traffic as an operation finds it. An edge may still ask what an earlier one left over, such as the canary of an operation that
 * was lost: with the first change that gets no new request, and it is drained before it goes.
 */
export function trafficFound(topology: Topology, live: LiveInstance[], dirty: readonly string[] = []): TrafficState {
  const { members, active } = trafficNow(topology, live, dirty)
  const serving = new Set(members.map(({ resource }) => resource))
  const leftOver = live.flatMap(({ name: instance, resource, color, host, address, role }): Member[] =>
    address === null || !(role === 'canary' || role === 'new') || !serving.has(resource)
      ? []
      : [{ instance, resource, color, host, address, weight: FULL_WEIGHT, state: 'drain' }],
  )
  return { members: [...members, ...leftOver], active }
}

/**
 * Who leaves shared public ports: what `leaving` held of them by the stable revision, where the desired one has the pools still. They
 * serve on there until they go.
 */
export function leavingPools(topology: Topology, base: Topology, leaving: TrafficState): Member[] {
  const stay = new Set(
    Object.values(topology.resources).flatMap((resource) =>
      placesInPools(topology.name, resource).map(({ pool }) => pool),
    ),
  )
  return leaving.members.flatMap((member): Member[] => {
    const resource = base.resources[member.resource]
    const leaves = resource === undefined ? [] : placesInPools(base.name, resource).filter(({ pool }) => stay.has(pool))
    return leaves.length === 0 ? [] : [{ ...member, leaves }]
  })
}

/** A host that was away comes back with replicas that there are no more: they must not outvote those that serve. */
const isDeclared = ({ resources }: Topology, { resource, index }: LiveInstance): boolean =>
  (index ?? 0) <= (resources[resource]?.replicas ?? 0)

// An operation that could not be undone may leave two colors: the ports lead to the one that is there for more of the replicas.
const mostFrequent = (colors: Color[]): Color | undefined => {
  const count = (color: Color): number => colors.filter((other) => other === color).length
  return colors.reduce<Color | undefined>((a, b) => (a === undefined || count(b) > count(a) ? b : a), undefined)
}

// Without pools by color an old instance would stand beside the live ones and be asked.
const isApart = (topology: Topology, resource: string): boolean =>
  topology.resources[resource] !== undefined && poolsByColor(topology, topology.resources[resource])
