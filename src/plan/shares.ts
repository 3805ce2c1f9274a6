import { holdsData } from '../topology/holds-data.js'
import type { Revision } from './model.js'
import type { PlannedChange } from './planned-change.js'

/**
 * blueGreen: the work that makes a set beside the one that serves. Drift is mended in place, and a stateful resource cannot run
 * twice; the other replacements make a set, and new instances of their resources join it.
 */
export function setOf({ topology }: Revision, changes: readonly PlannedChange[]): PlannedChange[] {
  const isOfSet = ({ action, drift, resource: name }: PlannedChange): boolean => {
    const resource = topology.resources[name]
    return action === 'replace' && !drift && (resource === undefined || !holdsData(resource))
  }
  const resources = new Set(changes.filter(isOfSet).map(({ resource }) => resource))
  return changes.filter(
    ({ resource, action }) => resources.has(resource) && (action === 'replace' || action === 'create'),
  )
}

/** canary: the work that is tried before. It needs traffic that can be shared, and data that nobody else holds. */
export function triedOf({ topology }: Revision, changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter(({ action, drift, live, resource }) => {
    const declared = topology.resources[resource]
    return (
      (action === 'update' || action === 'replace') &&
      !drift &&
      !live &&
      declared !== undefined &&
      !holdsData(declared) &&
      declared.expose.length > 0
    )
  })
}
