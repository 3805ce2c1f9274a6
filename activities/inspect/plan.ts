import { dryRun } from '../../src/dryrun/dry-run.js'
import type { Revision } from '../../src/plan/model.js'
import { toPlan } from '../../src/plan/plan.js'
import { eachMachineOnce } from '../../src/topology/hosts.js'
import { observeAndPlan } from '../plan.js'
import type { Inspection } from './inspection.js'

/** What bringing the hosts to a revision would change, and by which commands. */
export const inspectPlan: Inspection<'plan'> = async (deps, request, signal) => {
  const { dirty = [], standby = [], force = false, dryRun: numbers } = request
  const revision: Revision = { ...request.revision, number: numbers?.revision ?? 0 }
  const hosts = eachMachineOnce(request.formerHosts ?? {}, revision.topology.hosts)
  const { plan: found, observed } = await observeAndPlan(deps, { revision, hosts, dirty, standby, force }, signal)
  const plan = toPlan(request.topology, found)
  if (numbers === undefined) return { plan, commands: [] }
  const { operation } = numbers
  return { plan, commands: dryRun({ revision, work: found.work, observed, operation }) }
}
