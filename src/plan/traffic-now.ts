import { FULL_WEIGHT, poolsByColour, type Member, type TrafficState } from './routes.js'
import type { Slot } from './model.js'
import type { LiveInstance } from './work.js'
import type { Topology } from '../topology/model.js'

/**
 * The traffic as it should be before anything changes: what lives, at full weight, and what is kept aside in a pool of its own.
 * What an operation left half changed (named by `dirty`, or drained) stays out, as long as others are there in its pool.
 */
export function trafficNow(topology: Topology, live: LiveInstance[], dirty: readonly string[] = []): TrafficState {
  const serving = live.filter(({ resource }) => (topology.resources[resource]?.expose.length ?? 0) > 0)
  // A set of the other color takes no request in place of this one: the public ports lead to one pool.
  const poolOf = ({ resource, slot }: LiveInstance): string => `${resource} ${isApart(topology, resource) ? slot : ''}`
  const isOut = ({ name, drained }: LiveInstance): boolean => drained === true || dirty.includes(name)
  const whole = new Set(serving.filter((i) => i.role === 'live' && !isOut(i)).map(poolOf))
  return {
    members: serving.flatMap((instance) => {
      const { name, resource, slot, host, address, role } = instance
      if (address === null || !(role === 'live' || (role === 'old' && isApart(topology, resource)))) return []
      const state = isOut(instance) && whole.has(poolOf(instance)) ? 'drain' : 'ready'
      return [{ instance: name, resource, slot, host, address, weight: FULL_WEIGHT, state }]
    }),
    active: Object.fromEntries(
      [...new Set(serving.map(({ resource }) => resource))].flatMap((resource) => {
        const slots = serving.filter((i) => i.role === 'live' && i.resource === resource).map(({ slot }) => slot)
        const most = mostFrequent(slots)
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
  const leftOver = live.flatMap(({ name: instance, resource, slot, host, address, role }): Member[] =>
    address === null || !(role === 'canary' || role === 'new') || !serving.has(resource)
      ? []
      : [{ instance, resource, slot, host, address, weight: FULL_WEIGHT, state: 'drain' }],
  )
  return { members: [...members, ...leftOver], active }
}

// An operation that could not be undone may leave two colours: the ports lead to the one that is there for more of the seats.
const mostFrequent = (slots: Slot[]): Slot | undefined => {
  const count = (slot: Slot): number => slots.filter((other) => other === slot).length
  return slots.reduce<Slot | undefined>((a, b) => (a === undefined || count(b) > count(a) ? b : a), undefined)
}

// Without pools by colour an old instance would stand beside the live ones and be asked.
const isApart = (topology: Topology, resource: string): boolean =>
  topology.resources[resource] !== undefined && poolsByColour(topology, topology.resources[resource])
