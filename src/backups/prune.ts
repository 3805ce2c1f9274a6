import type { Replica } from '../plan/specs.js'
import type { BackupKey } from './key.js'
import { wholeBackups } from './list.js'
import type { Manifest } from './manifest.js'
import type { BackupStore } from './store.js'

/** What stays beside how many. */
export interface Kept {
  /** Backups that stay, one at least. */
  keep: number
  /** The one that was just made: whatever the clocks of two workers say, it is the newest. */
  made: string
  /** When the instance was made that it is of, ISO time. */
  since: string
}

/**
 * Names of those beyond what stays. One that was made anew after everything was lost is empty, and its backups must not push out what it is to
 * be restored from: the newest from before it was made stays as well.
 * @param own - whole ones of an instance, the newest first
 */
export function pruned(own: readonly Pick<Manifest, 'id' | 'takenAt'>[], { keep, made, since }: Kept): string[] {
  const others = own.filter(({ id }) => id !== made)
  // What was made, but is not whole in the store, takes the place of none.
  if (others.length === own.length) return []
  const before = others.find(({ takenAt }) => Date.parse(takenAt) < Date.parse(since))
  return others.slice(Math.max(0, keep - 1)).flatMap((each) => (each === before ? [] : [each.id]))
}

/** Removes the oldest whole backups of an instance. Those of other keys are not touched. */
export async function pruneBackups(
  {
    store,
    topology,
    replica,
    key,
    ...kept
  }: { store: BackupStore; topology: string; replica: Replica; key: BackupKey } & Kept,
  signal: AbortSignal,
): Promise<void> {
  const { backups } = await wholeBackups({ store, topology, key }, signal)
  const own = backups.filter(({ resource, index }) => resource === replica.resource && index === replica.index)
  for (const id of pruned(own, kept)) await store.remove(topology, id, signal)
}
