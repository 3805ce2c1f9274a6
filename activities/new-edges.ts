import type { Exposure } from '../src/plan/exposure.js'
import type { NewEdge, Revision } from '../src/plan/model.js'
import type { PlannedChanges } from '../src/plan/plan.js'
import { edgesLeadingTo } from '../src/plan/reach.js'
import { resourceOf } from '../src/plan/specs.js'
import type { Host } from '../src/topology/model.js'
import { isCode } from '../src/errors.js'
import type { ActivityDeps } from './deps.js'

/**
 * Edges that an operation has to make before it can open a public port. One that cannot be asked is no reason to refuse a plan.
 * @throws Cul8erError NAME_CLASH
 */
export async function newEdges(
  deps: ActivityDeps,
  revision: Revision,
  {
    hosts,
    plan: { changes },
    exposures,
  }: { hosts: Record<string, Host>; plan: Pick<PlannedChanges, 'changes'>; exposures: readonly Exposure[] },
): Promise<NewEdge[]> {
  const opening = changes.filter(
    ({ action, resource }) => action !== 'delete' && resourceOf(revision, resource).expose.length > 0,
  )
  const edgeOf = async (host: string): Promise<NewEdge | null> => {
    const via = hosts[host]
    if (via === undefined || exposures.some((each) => each.host === host && each.current !== null)) return null
    const made = await deps
      .edgeFor(host, via)
      .wouldMake?.()
      .catch((error: unknown) => {
        if (isCode(error, 'NAME_CLASH')) throw error
        deps.log.warn({ error: String(error) }, 'the edge did not answer')
        return null
      })
    return made == null ? null : { host, ...made }
  }
  const leading = opening.flatMap(({ host, resource }) => edgesLeadingTo([revision.topology], { host, resource }))
  const edges = await Promise.all([...new Set(leading)].map(edgeOf))
  return edges.filter((edge) => edge !== null)
}
