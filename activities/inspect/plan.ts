import type { Revision } from '../../src/plan/model.js'
import { toPlan } from '../../src/plan/plan.js'
import { dryRun } from '../../src/steps/dry-run.js'
import { predictionOf, procedureView } from '../../src/steps/prediction.js'
import { procedureOf } from '../../src/strategies/procedure.js'
import { strategyNamed } from '../../src/strategies/registry.js'
import { eachMachineOnce } from '../../src/topology/hosts.js'
import { observeAndPlan } from '../plan.js'
import type { Inspection } from './inspection.js'

/** What bringing the hosts to a revision would change, and by which commands. */
export const inspectPlan: Inspection<'plan'> = async (deps, request, signal) => {
  const { base = null, dirty = [], standby = [], without, force = false, dryRun: numbers } = request
  const revision: Revision = { ...request.revision, number: numbers?.revision ?? 0 }
  const hosts = eachMachineOnce(request.formerHosts ?? {}, revision.topology.hosts)
  const { plan: found, observed } = await observeAndPlan(
    deps,
    { revision, base, hosts, dirty, standby, without, force },
    signal,
  )
  const { stages } = procedureOf(strategyNamed(revision.topology.strategy.approach), found, { revision })
  const prediction = predictionOf({ revision, base, dirty, plan: found, observed, operation: numbers?.operation ?? 0 })
  const plan = { ...toPlan(request.topology, found), procedure: procedureView(stages, prediction) }
  return { plan, commands: numbers === undefined ? [] : dryRun(stages, prediction) }
}
