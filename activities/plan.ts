import { Cul8erError } from '../src/errors.js'
import { createProject, parseServer, serverInfo } from '../src/incus/index.js'
import { planWork } from '../src/plan/plan.js'
import { liveInstance, type Ours } from '../src/plan/work.js'
import type { WorkPlan } from '../src/plan/plan.js'
import type { ObservedInstance, Revision } from '../src/plan/model.js'
import type { Activities } from '../workflows/activities.js'
import type { ActivityDeps } from './deps.js'
import { isCode } from './instances.js'
import { observeHosts } from './observe.js'
import { step } from './step.js'

type Rooms = Pick<Activities, 'planOperation' | 'findOwned' | 'ensureProject'>

/** Looking at the hosts, and deciding what must change. */
export function planActivities(deps: ActivityDeps): Rooms {
  return {
    planOperation: step((input, signal) => makePlan(deps, input, signal)),

    findOwned: step(async ({ topology, project, hosts }, signal) => {
      const observed = await observeHosts(deps.executorFor, hosts, project, signal)
      return observed
        .filter((i): i is Ours => i.labels?.topology === topology)
        .map((i) => ({ ...liveInstance(i), snapshots: i.snapshots.map(({ name }) => name) }))
    }),

    ensureProject: step(async ({ host, via, project }, signal) => {
      const shared = { 'features.images': 'false', 'features.profiles': 'false' }
      try {
        await deps.executorFor(host, via).run(createProject(project, shared), { signal })
      } catch (error) {
        if (!isCode(error, 'ALREADY_EXISTS')) throw error
      }
    }),
  }
}

type PlanInput = Parameters<Activities['planOperation']>[0]

/**
 * One observation of all hosts, and the plan from it.
 * @throws Cul8erError as planWork does; VM_UNSUPPORTED; what the hosts answer
 */
export async function makePlan(deps: ActivityDeps, input: PlanInput, signal: AbortSignal): Promise<WorkPlan> {
  return (await observeAndPlan(deps, input, signal)).plan
}

/** The plan with what it was made from. */
export async function observeAndPlan(
  deps: ActivityDeps,
  { revision, hosts, unfinished, kept, force }: PlanInput,
  signal: AbortSignal,
): Promise<{ plan: WorkPlan; observed: ObservedInstance[] }> {
  const { project } = revision.topology
  const observed = await observeHosts(deps.executorFor, hosts, project, signal).catch((error: unknown) => {
    // A project that does not exist yet holds nothing.
    if (project !== null && isCode(error, 'NOT_FOUND')) return []
    throw error
  })
  const plan = planWork({ revision, observed, unfinished, kept, force })
  await refuseVms(deps, revision, plan, signal)
  return { plan: { ...plan, notes: [...plan.notes, ...certificateNotes(revision)] }, observed }
}

/** A VM on a host that cannot run one is refused before anything is made. */
async function refuseVms(
  deps: ActivityDeps,
  revision: Revision,
  { work }: WorkPlan,
  signal: AbortSignal,
): Promise<void> {
  const wanted = work.filter(
    ({ action, resource }) =>
      (action === 'create' || action === 'replace') && revision.topology.resources[resource]?.type === 'vm',
  )
  for (const name of new Set(wanted.map(({ host }) => host))) {
    const host = revision.topology.hosts[name]
    if (host === undefined) continue
    const { stdout } = await deps.executorFor(name, host).run(serverInfo(), { signal })
    if (parseServer(stdout).vms) continue
    const instances = wanted.filter((w) => w.host === name).map(({ instance }) => instance)
    throw new Cul8erError('VM_UNSUPPORTED', `host ${name} cannot run virtual machines: ${instances.join(', ')}`, {
      hint: 'use type container, or a host with KVM (its Incus lists the driver qemu)',
    })
  }
}

function certificateNotes({ topology }: Revision): string[] {
  return Object.entries(topology.resources).flatMap(([name, { expose }]) =>
    expose
      .filter(({ protocol, certificate }) => protocol === 'https' && certificate === null)
      .map(({ as }) => `${name}: port ${as} answers with a self-signed certificate, for development only`),
  )
}
