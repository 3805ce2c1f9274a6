import type { Place } from '../contracts/index.js'
import { placeKey } from '../plan/place-key.js'
import { poolsByColor } from '../plan/routes.js'
import { edgesTo } from './edges.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { admitted } from './traffic.js'
import { exposes, member, type Prediction } from './view.js'

/** Into the traffic, or back into it: at the weight it had, or full weight. */
export const admit = stepKind({
  kind: 'admit',
  words: () => 'admit',
  instance: ({ at }) => at.name,
  skip: ({ at, from }, view) =>
    !exposes(view, at.resource) || addressOf(view.proven.get(placeKey(at))?.address, from) === null,
  traffic: ({ at, from, weight, like }, view) => {
    const address = addressOf(view.proven.get(placeKey(at))?.address, from)
    if (address === null) return null
    const as = member(view, at) ?? view.traffic.members.find(({ instance }) => instance === like)
    return {
      state: admitted(view.traffic, at, address, weight ?? as?.weight),
      hosts: edgesTo(view, at),
      summary: `admit ${at.name}`,
    }
  },
  foreseen: ({ at }, prediction) => exposes(prediction, at.resource),
  commands: ({ at, weight }, prediction) =>
    exposes(prediction, at.resource)
      ? [says(at, 'admit', weight === 0 ? 'a share of the traffic, watched' : poolWords(at, prediction))]
      : [],
})

/** A new color takes no request before the switch. */
function poolWords({ resource, color }: Place, { revision: { topology }, traffic: { active } }: Prediction): string {
  const declared = topology.resources[resource]
  const apart = declared !== undefined && poolsByColor(topology, declared)
  return apart && active[resource] !== undefined && active[resource] !== color
    ? 'into the pool of its color'
    : 'into rotation'
}

const addressOf = (found: string | null | undefined, from: { address: string | null } | undefined): string | null =>
  found ?? from?.address ?? null
