import { isCode } from '../../src/errors.js'
import { numbersShown } from '../../src/plan/numbers-shown.js'
import { oursOf } from '../../src/plan/ours.js'
import { toPlan } from '../../src/plan/plan.js'
import { countsFound } from '../../src/topology/counts.js'
import { observeForPlan } from '../observe.js'
import { observeAndPlan } from '../plan.js'
import type { Inspection } from './inspection.js'

/** What the labels on a revision's hosts tell, without a ledger, against that revision. */
export const inspectFound: Inspection<'found'> = async (deps, { topology, revision: asIs }, signal) => {
  const { hosts, project } = asIs.topology
  const before = await observeForPlan(deps.executorFor, hosts, project, signal).catch((error: unknown) => {
    // A project that does not exist yet holds nothing.
    if (project !== null && isCode(error, 'NOT_FOUND')) return []
    throw error
  })
  const shown = oursOf(topology, before).map(({ labels }) => labels)
  const revision = { ...asIs, topology: countsFound(asIs.topology, shown) }
  // Nothing is changed: what a deploy would refuse is a difference like any other.
  const asked = { revision, base: revision, hosts, dirty: [], standby: [], force: true }
  const { plan, observed } = await observeAndPlan(deps, asked, signal)
  const ours = oursOf(topology, observed)
  const { operation, revision: last } = numbersShown(ours)
  return {
    instances: ours.map(({ name, host, labels: { resource, index, role, release, digest, revision: of } }) => ({
      ...{ name, host, resource, index, role, release, digest, revision: of },
    })),
    numbers: { operation, revision: last },
    changes: toPlan(topology, plan).changes,
  }
}
