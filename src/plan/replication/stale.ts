import type { ReplicaRestore } from '../../contracts/replication.js'
import type { ObservedInstance } from '../model.js'
import { isHalfDone } from '../half-done.js'
import { oursOf } from '../ours.js'
import type { Ours } from '../planned-change.js'
import { replicaKey } from '../specs.js'

/**
 * Originals whose place a copy has taken since, by a restore: their host was away, and is back. They would be second ones that write. That a
 * copy was restored is what the ledger knows, after all that the original knows of: a label alone is the word of one host, which must not
 * stop what runs on another. One that is half changed has taken nobody's place: its restore was taken back without it, and the original serves
 * again.
 * @param dirty - what operations left half changed
 */
export function staleOriginals(
  topology: string,
  observed: readonly ObservedInstance[],
  { restores, dirty = [] }: { restores: readonly ReplicaRestore[]; dirty?: readonly string[] },
): Ours[] {
  const live = oursOf(topology, observed).filter(({ labels }) => labels.role === 'live')
  return live.filter((original) =>
    live.some(
      (other) =>
        other !== original &&
        other.host !== original.host &&
        other.labels.restored === true &&
        !isHalfDone(other, dirty) &&
        replicaKey(other.labels) === replicaKey(original.labels) &&
        restores.some(
          ({ host, resource, operation }) =>
            host === other.host &&
            (resource === undefined || resource === other.labels.resource) &&
            operation > Number(original.labels.operation),
        ),
    ),
  )
}
