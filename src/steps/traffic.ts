import type { Place } from '../contracts/index.js'
import type { Slot } from '../plan/model.js'
import { FULL_WEIGHT, type Member, type TrafficState } from '../plan/routes.js'
import { canaryWeights } from '../traffic/weights.js'

/* What each change of the traffic makes of it: pure functions from one state to the next. */

/** An instance takes traffic; one that is known keeps its place among the others. */
export function admitted(
  { members, active }: TrafficState,
  { name: instance, resource, slot, host }: Place,
  address: string,
  weight: number = FULL_WEIGHT,
): TrafficState {
  const member: Member = { instance, resource, slot, host, address, weight, state: 'ready' }
  const known = members.some((m) => m.instance === instance)
  return {
    members: known ? members.map((m) => (m.instance === instance ? member : m)) : [...members, member],
    active: active[resource] === undefined ? { ...active, [resource]: slot } : active,
  }
}

/** An instance gets no new request. */
export const drained = ({ members, active }: TrafficState, instance: string): TrafficState => ({
  members: members.map((m) => (m.instance === instance ? { ...m, state: 'drain' as const } : m)),
  active,
})

export const forgotten = ({ members, active }: TrafficState, instance: string): TrafficState => ({
  members: members.filter((m) => m.instance !== instance),
  active,
})

/** What could not be taken back gets no traffic. */
export const without = ({ members, active }: TrafficState, dirty: ReadonlySet<string>): TrafficState => ({
  members: members.filter(({ instance }) => !dirty.has(instance)),
  active,
})

/** Two parts of one picture. */
export const joined = (a: TrafficState, b: TrafficState): TrafficState => ({
  members: [...a.members, ...b.members],
  active: { ...b.active, ...a.active },
})

/** The ports of some resources lead to another color. */
export const switched = ({ members, active }: TrafficState, colors: Record<string, Slot>): TrafficState => ({
  members,
  active: { ...active, ...colors },
})

/** The canaries of some resources take `percent` of the requests of every edge that has one. */
export function shared({ members, active }: TrafficState, resources: string[], percent: number): TrafficState {
  const weights = new Map<string, number>()
  for (const resource of resources) {
    // Each edge balances what is on its own host.
    for (const host of new Set(members.flatMap((m) => (m.resource === resource ? [m.host] : [])))) {
      const here = members.filter((m) => m.resource === resource && m.host === host)
      // One that an earlier operation left is drained.
      const canaries = here.filter(({ slot, state }) => slot === 'canary' && state === 'ready')
      const stable = here.filter(({ slot }) => slot !== 'canary')
      // One that is out of the traffic bears none of the rest; it comes back as one of the others.
      const serving = stable.filter(({ state }) => state === 'ready')
      const share = canaryWeights({ stable: serving.length, canary: canaries.length, percent })
      stable.forEach(({ instance }) => weights.set(instance, share.stable[0] ?? FULL_WEIGHT))
      serving.forEach(({ instance }, i) => weights.set(instance, share.stable[i] ?? FULL_WEIGHT))
      canaries.forEach(({ instance }, i) => weights.set(instance, share.canary[i] ?? 0))
    }
  }
  return { members: members.map((m) => ({ ...m, weight: weights.get(m.instance) ?? m.weight })), active }
}
