import { FULL_WEIGHT, poolsByColour, type TrafficState } from './routes.js'
import type { LiveInstance } from './work.js'
import type { Topology } from '../topology/model.js'

/**
 * The traffic as it should be before anything changes: what lives, at full weight, and what is kept aside in a pool of its own.
 */
export function trafficNow(topology: Topology, live: LiveInstance[]): TrafficState {
  const serving = live.filter(({ resource }) => (topology.resources[resource]?.expose.length ?? 0) > 0)
  return {
    members: serving.flatMap(({ name, resource, slot, host, address, role }) =>
      address === null || !(role === 'live' || (role === 'old' && isApart(topology, resource)))
        ? []
        : [{ instance: name, resource, slot, host, address, weight: FULL_WEIGHT, state: 'ready' as const }],
    ),
    active: Object.fromEntries(
      serving.filter(({ role }) => role === 'live').map(({ resource, slot }) => [resource, slot]),
    ),
  }
}

// Without pools by colour an old instance would stand beside the live ones and be asked.
const isApart = (topology: Topology, resource: string): boolean =>
  topology.resources[resource] !== undefined && poolsByColour(topology, topology.resources[resource])
