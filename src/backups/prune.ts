import type { Replica } from '../plan/specs.js'
import type { BackupKey } from './key.js'
import { wholeBackups } from './list.js'
import type { BackupStore } from './store.js'

/** Removes the oldest whole backups of an instance beyond `keep`, which is one at least. Those of other keys are not touched. */
export async function pruneBackups(
  {
    store,
    topology,
    replica,
    key,
    keep,
  }: { store: BackupStore; topology: string; replica: Replica; key: BackupKey; keep: number },
  signal: AbortSignal,
): Promise<void> {
  const { backups } = await wholeBackups({ store, topology, key }, signal)
  const own = backups.filter(({ resource, index }) => resource === replica.resource && index === replica.index)
  for (const { id } of own.slice(Math.max(1, keep))) await store.remove(topology, id, signal)
}
