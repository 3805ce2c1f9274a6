import type { Revision } from './model.js'
import type { Work } from './work.js'

/**
 * blueGreen: the work that makes a set beside the one that serves. Drift is mended in place, and a stateful resource cannot run
 * twice; the other replacements make a set, and new instances of their resources join it.
 */
export function setOf({ topology }: Revision, work: readonly Work[]): Work[] {
  const isOfSet = ({ action, drift, resource }: Work): boolean =>
    action === 'replace' && !drift && topology.resources[resource]?.stateful !== true
  const resources = new Set(work.filter(isOfSet).map(({ resource }) => resource))
  return work.filter(({ resource, action }) => resources.has(resource) && (action === 'replace' || action === 'create'))
}

/** canary: the work that is tried before. It needs traffic that can be shared, and data that nobody else holds. */
export function triedOf({ topology }: Revision, work: readonly Work[]): Work[] {
  return work.filter(({ action, drift, live, resource }) => {
    const declared = topology.resources[resource]
    return (
      (action === 'update' || action === 'replace') &&
      !drift &&
      !live &&
      declared?.stateful === false &&
      declared.expose.length > 0
    )
  })
}
