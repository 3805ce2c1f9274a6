import type { Place } from '../contracts/index.js'
import type { Declared } from '../plan/replication/powers.js'
import { instanceSpec } from '../plan/specs.js'
import type { View } from './view.js'

/** What is declared of an instance that comes from another host as it is. */
export function declaredOf({ revision }: View, at: Place): Declared {
  const { config, devices, profiles } = instanceSpec(revision, at, at.host, at.color)
  return { config, devices, ...(profiles === undefined ? {} : { profiles }) }
}

/** What it says of being started with its host, as far as it says anything; `off`: where that is to stand still. */
export function autostartOf(
  { revision }: View,
  { resource }: Pick<Place, 'resource'>,
  off = false,
): { autostart?: string } {
  const declared = revision.topology.resources[resource]?.config?.['boot.autostart']
  return declared === undefined ? {} : { autostart: off ? 'false' : declared }
}

/** Whether replication looks after its snapshots. */
export const isReplicated = ({ revision }: View, { resource }: Pick<Place, 'resource'>): boolean =>
  revision.topology.resources[resource]?.replicate !== undefined

/** What was taken off it, in words. */
export function takenNote([result]: unknown[]): string | undefined {
  const { taken = null } = (result ?? {}) as { taken?: string | null }
  return taken === null ? undefined : `without ${taken}, which the topology does not declare`
}
