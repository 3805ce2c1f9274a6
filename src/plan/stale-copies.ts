import type { Topology } from '../topology/model.js'
import type { PlannedChanges } from './plan.js'
import type { LiveInstance } from './planned-change.js'
import { isRouted } from './reach.js'
import { replicaKey } from './specs.js'

/**
 * What an operation finds, those that stay first. A host that was away comes back with what was started elsewhere since, in a former version
 * perhaps: no edge of another host gives that a request, from the first change on.
 */
export function found(
  { changes, bystanders }: Pick<PlannedChanges, 'changes' | 'bystanders'>,
  topology: Topology,
): LiveInstance[] {
  const changed = changes.flatMap(({ from }) => from ?? [])
  if (!isRouted(topology)) return [...bystanders, ...changed]
  const gone = new Set(changes.flatMap(({ action, from }) => (action === 'delete' && from !== null ? [from] : [])))
  const taken = new Set(
    [...bystanders, ...changed].flatMap((i) => (i.role === 'live' && !gone.has(i) ? [replicaKey(i)] : [])),
  )
  const isStale = (i: LiveInstance): boolean => i.role === 'live' && taken.has(replicaKey(i))
  return [...bystanders, ...changed.map((i) => (gone.has(i) && isStale(i) ? { ...i, drained: true as const } : i))]
}
