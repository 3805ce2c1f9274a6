import { Cul8erError } from '../../src/errors.js'
import { oursOf } from '../../src/plan/ours.js'
import { liveInstance } from '../../src/plan/planned-change.js'
import { predictionOf, procedureView } from '../../src/steps/prediction.js'
import { restartPlan } from '../../src/strategies/restart.js'
import { observeHosts } from '../observe.js'
import type { Inspection } from './inspection.js'

/** What a restart would do, and in which order. */
export const inspectRestart: Inspection<'restart'> = async (deps, request, signal) => {
  const { topology, revision, hosts, dirty, notComeUp, ...asked } = request
  const observed = await observeHosts(deps.executorFor, hosts, revision.topology.project, signal)
  const bystanders = oursOf(topology, observed).map(liveInstance)
  const found = restartPlan(bystanders, revision, asked, { dirty, notComeUp })
  if ('refusal' in found) throw new Cul8erError(found.refusal.code, found.refusal.message, found.refusal)
  const plan = { changes: [], bystanders }
  const prediction = predictionOf({ revision, base: revision, dirty, plan, observed, operation: 0 })
  return { changes: found.changes, procedure: procedureView(found.stages, prediction) }
}
