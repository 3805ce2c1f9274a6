import type { Place } from '../contracts/index.js'
import type { Declared } from '../plan/replication/powers.js'
import { instanceSpec } from '../plan/specs.js'
import type { View } from './view.js'

/** What is declared of an instance that comes from another host as it is. */
export function declaredOf({ revision }: View, at: Place): Declared {
  const { config, devices, profiles } = instanceSpec(revision, at, at.host, at.color)
  return { config, devices, ...(profiles === undefined ? {} : { profiles }) }
}

/** Whether replication looks after its snapshots. */
export const isReplicated = ({ revision }: View, { resource }: Pick<Place, 'resource'>): boolean =>
  revision.topology.resources[resource]?.replicate !== undefined

/** What was taken off it, in words. */
export function takenNote([result]: unknown[]): string | undefined {
  const { taken = null } = (result ?? {}) as { taken?: string | null }
  return taken === null ? undefined : `without ${taken}, which the topology does not declare`
}
