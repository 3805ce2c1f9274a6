import type { Place } from '../contracts/index.js'
import type { Color } from '../naming/instance-names.js'
import { FULL_WEIGHT, type Member, type TrafficState } from '../plan/routes.js'
import { isDirty } from '../plan/half-done.js'
import { isRouted } from '../plan/reach.js'
import type { Topology } from '../topology/model.js'
import { canaryWeights } from '../traffic/weights.js'

/* What each change of the traffic makes of it: pure functions from one state to the next. */

/** An instance takes traffic; one that is known keeps its place among the others. */
export function admitted(
  { members, active }: TrafficState,
  { name: instance, resource, color, host }: Place,
  address: string,
  weight: number = FULL_WEIGHT,
): TrafficState {
  const member: Member = { instance, resource, color, host, address, weight, state: 'ready' }
  const isIt = isAt({ name: instance, host })
  return {
    members: members.some(isIt) ? members.map((m) => (isIt(m) ? member : m)) : [...members, member],
    active: active[resource] === undefined ? { ...active, [resource]: color } : active,
  }
}

/** An instance gets no new request. */
export const drained = ({ members, active }: TrafficState, at: At): TrafficState => ({
  members: members.map((m) => (isAt(at)(m) ? { ...m, state: 'drain' as const } : m)),
  active,
})

export const forgotten = ({ members, active }: TrafficState, at: At): TrafficState => ({
  members: members.filter((m) => !isAt(at)(m)),
  active,
})

type At = Pick<Place, 'name' | 'host'>

/** Its name alone does not tell: an instance of the same name may have been left on another host. */
export const isAt =
  ({ name, host }: At) =>
  (m: Member): boolean =>
    m.instance === name && m.host === host

/** What could not be taken back gets no traffic. */
export const without = ({ members, active }: TrafficState, dirty: ReadonlySet<string>): TrafficState => ({
  members: members.filter(({ instance: name, host }) => !isDirty(dirty, { name, host })),
  active,
})

/** Two parts of one picture; what leaves a shared pool is in both. */
export const joined = (a: TrafficState, b: TrafficState): TrafficState => ({
  members: [...a.members.filter(({ leaves }) => leaves === undefined), ...b.members],
  active: { ...b.active, ...a.active },
})

/** The ports of some resources lead to another color. */
export const switched = ({ members, active }: TrafficState, colors: Record<string, Color>): TrafficState => ({
  members,
  active: { ...active, ...colors },
})

/** The canaries of some resources take `percent` of the requests of every edge that leads to one. */
export function shared(
  { members, active }: TrafficState,
  resources: string[],
  { percent, topology }: { percent: number; topology: Pick<Topology, 'network'> },
): TrafficState {
  const weights = new Map<Member, number>()
  for (const resource of resources) {
    for (const here of balancedTogether(topology, members, resource)) {
      // One that an earlier operation left is drained.
      const canaries = here.filter(({ color, state }) => color === 'canary' && state === 'ready')
      const stable = here.filter(({ color }) => color !== 'canary')
      // One that is out of the traffic bears none of the rest; it comes back as one of the others.
      const serving = stable.filter(({ state }) => state === 'ready')
      const share = canaryWeights({ stable: serving.length, canary: canaries.length, percent })
      stable.forEach((m) => weights.set(m, share.stable[0] ?? FULL_WEIGHT))
      serving.forEach((m, i) => weights.set(m, share.stable[i] ?? FULL_WEIGHT))
      canaries.forEach((m, i) => weights.set(m, share.canary[i] ?? 0))
    }
  }
  return { members: members.map((m) => ({ ...m, weight: weights.get(m) ?? m.weight })), active }
}

/** Each edge balances what is on its own host, or all of them the same. */
function balancedTogether(
  topology: Pick<Topology, 'network'>,
  members: readonly Member[],
  resource: string,
): readonly Member[][] {
  const own = members.filter((m) => m.resource === resource)
  if (isRouted(topology)) return [own]
  return [...new Set(own.map(({ host }) => host))].map((edge) => own.filter(({ host }) => host === edge))
}
