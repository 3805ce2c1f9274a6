import type { ObservedInstance } from '../model.js'
import { oursOf } from '../ours.js'
import type { Ours } from '../planned-change.js'
import { replicaKey } from '../specs.js'

/**
 * Originals whose place a copy has taken since, by a restore: their host was away, and is back. They would be second ones that write. A copy
 * that was restored says so by its label, and by an operation that came after all that the original knows of.
 */
export function staleOriginals(topology: string, observed: readonly ObservedInstance[]): Ours[] {
  const live = oursOf(topology, observed).filter(({ labels }) => labels.role === 'live')
  return live.filter((original) =>
    live.some(
      (other) =>
        other !== original &&
        other.host !== original.host &&
        other.labels.restored === true &&
        replicaKey(other.labels) === replicaKey(original.labels) &&
        Number(other.labels.operation) > Number(original.labels.operation),
    ),
  )
}
