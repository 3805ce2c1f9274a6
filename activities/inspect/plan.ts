import { imageNotes } from '../../src/plan/images.js'
import type { Change, Plan, Revision } from '../../src/plan/model.js'
import { downloads } from '../../src/plan/missing-images.js'
import { numbersShown } from '../../src/plan/numbers-shown.js'
import { oursOf } from '../../src/plan/ours.js'
import { toPlan } from '../../src/plan/plan.js'
import { dryRun } from '../../src/steps/dry-run.js'
import { predictionOf, procedureView } from '../../src/steps/prediction.js'
import { keepingCounts } from '../../src/topology/counts.js'
import { hooksOf } from '../../src/topology/hooks.js'
import { eachMachineOnce } from '../../src/topology/hosts.js'
import type { Host } from '../../src/topology/model.js'
import { imagesOfServers } from '../images.js'
import { imagesOfInstances } from '../observe.js'
import { observeAndPlan } from '../plan.js'
import type { Inspection } from './inspection.js'

/** What bringing the hosts to a revision would change, and by which commands. */
export const inspectPlan: Inspection<'plan'> = async (deps, request, signal) => {
  const { base = null, dirty = [], standby = [], without, refreshImages, force = false, goesBack = false } = request
  const { dryRun: numbers, moves } = request
  const { hooks = hooksOf(goesBack ? 'rollback' : 'deploy', request.revision.topology) } = request
  const declared = keepingCounts(request.revision.topology, base?.topology ?? null)
  const revision: Revision = { ...request.revision, topology: declared, number: numbers?.revision ?? 0 }
  const hosts = eachMachineOnce(request.formerHosts ?? {}, revision.topology.hosts)
  const {
    plan: found,
    observed,
    images: refreshed,
    storage,
    procedure: { stages, standby: kept },
    edges,
    needed,
  } = await observeAndPlan(
    deps,
    { revision, base, hosts, dirty, standby, without, refreshImages, moves, force, goesBack, hooks },
    signal,
  )
  const prediction = predictionOf({
    revision,
    base,
    dirty,
    plan: found,
    observed,
    storage,
    operation: numbers?.operation ?? 0,
  })
  const shown = toPlan(request.topology, found)
  const ours = oursOf(request.topology, observed)
  const { project } = revision.topology
  // A host that cannot list its images is no reason to refuse a plan that leaves them alone.
  const list = () =>
    imagesOfInstances(deps.executorFor, { hosts, project, ours }, signal).catch((error: unknown) => {
      deps.log.warn({ error: String(error) }, 'the images could not be listed')
      return {}
    })
  const images = refreshed ?? (await list())
  const notes = [...shown.notes, ...imageNotes(revision, { changes: found.changes, ours, images })]
  const fetched = downloads(needed, await imagesOfServers(deps, needed, { hosts, signal }))
  const { keepMs } = revision.topology.strategy
  const plan: Plan = {
    ...shown,
    changes: shown.changes.map((change) => atItsSite(change, hosts)),
    notes,
    procedure: procedureView(stages, prediction),
    ...(kept.length === 0 ? {} : { standby: { instances: kept.map(({ name }) => name), forMs: keepMs } }),
    ...(edges.length === 0 ? {} : { edges }),
    ...(found.copies === undefined ? {} : { copies: found.copies }),
    ...(fetched.length === 0 ? {} : { downloads: fetched }),
  }
  return { plan, commands: numbers === undefined ? [] : dryRun(stages, prediction), shown: numbersShown(ours) }
}

/** A host by its name alone says little where addresses are those of another network. */
const atItsSite = (change: Change, hosts: Record<string, Host>): Change => {
  const site = hosts[change.host]?.site
  return site === undefined ? change : { ...change, site }
}
