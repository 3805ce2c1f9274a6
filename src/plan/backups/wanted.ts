import { instanceName } from '../../naming/instance-names.js'
import type { Backup } from '../../topology/model.js'
import { isHalfDone } from '../half-done.js'
import type { ObservedInstance, Revision } from '../model.js'
import { oursOf } from '../ours.js'
import type { Ours } from '../planned-change.js'
import { replicaKey, replicas, type Replica } from '../specs.js'

/** An instance that is to be backed up. */
export interface WantedBackup extends Replica {
  key: string
  instance: string
  /** null: it was not found, or there are several. */
  original: Ours | null
  /** How many live in its place. */
  originals: number
  backup: Backup
}

/** The instances of a revision that are to be backed up, as hosts show them. */
export function wantedBackups(revision: Revision, observed: readonly ObservedInstance[]): WantedBackup[] {
  const { name: topology, resources } = revision.topology
  const ours = oursOf(topology, observed).filter(({ labels }) => labels.role === 'live')
  return replicas(revision).flatMap((replica) => {
    const { backup } = resources[replica.resource] ?? {}
    if (backup === undefined) return []
    const key = replicaKey(replica)
    const live = ours.filter(({ labels }) => replicaKey(labels) === key)
    const original = live.length === 1 ? (live[0] ?? null) : null
    const instance = original?.name ?? instanceName(topology, replica.resource, replica.index)
    return [{ ...replica, key, instance, original, originals: live.length, backup }]
  })
}

/** Whether no operation left it half changed. */
export const isWholeOriginal = ({ original }: Pick<WantedBackup, 'original'>, dirty: readonly string[]): boolean =>
  original === null || !isHalfDone(original, dirty)

/** When an instance was backed up last, by its own word; null: never. One of a moment to come would not be due until then. */
export function backedUpAt({ original }: Pick<WantedBackup, 'original'>, now: number): string | null {
  const at = original?.labels.backupAt ?? null
  return at !== null && Date.parse(at) > now + CLOCKS_DIFFER_MS ? null : at
}

/** ms by which the clocks of two workers may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000
