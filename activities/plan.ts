import { Cul8erError } from '../src/errors.js'
import { parseServer, serverInfo } from '../src/incus/index.js'
import { projectCommand } from '../src/instances/commands.js'
import { certificateNotes, declaredCertificates } from '../src/plan/certificates.js'
import { withDrained } from '../src/plan/drained.js'
import { oursOf } from '../src/plan/ours.js'
import { planWork } from '../src/plan/plan.js'
import { liveInstance } from '../src/plan/work.js'
import type { WorkPlan } from '../src/plan/plan.js'
import { resourceOf } from '../src/plan/specs.js'
import { resolveSecret } from '../src/secrets/resolve.js'
import { exposureChanges, type Exposure } from '../src/plan/exposure.js'
import type { Change, ObservedInstance, Revision } from '../src/plan/model.js'
import type { ImagesOfHosts } from '../src/plan/images.js'
import { trafficNow } from '../src/plan/traffic-now.js'
import type { Activities } from '../src/contracts/index.js'
import { openedCertificate } from './certificates.js'
import type { ActivityDeps } from './deps.js'
import { isCode } from './instances.js'
import { imagesOfInstances, observeHosts } from './observe.js'
import { checkPublicPorts } from './public-ports.js'
import { step } from './step.js'

type Rooms = Pick<Activities, 'planOperation' | 'findOwned' | 'ensureProject'>

/** Looking at the hosts, and deciding what must change. */
export function planActivities(deps: ActivityDeps): Rooms {
  return {
    planOperation: step((input, signal) => makePlan(deps, input, signal)),

    findOwned: step(async ({ topology, project, hosts, dirty = [] }, signal) => {
      const observed = await observeHosts(deps.executorFor, hosts, project, signal)
      const exposures = dirty.length === 0 ? [] : await exposuresOf(deps, topology, hosts)
      return withDrained(oursOf(topology, observed), { dirty, exposures }).map((i) => ({
        ...liveInstance(i),
        snapshots: i.snapshots.map(({ name }) => name),
      }))
    }),

    ensureProject: step(async ({ host, via, project }, signal) => {
      try {
        await deps.executorFor(host, via).run(projectCommand(project), { signal })
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

/**
 * The plan with what it was made from; `images` where they are to be refreshed.
 * @throws Cul8erError as makePlan does
 */
export async function observeAndPlan(
  deps: ActivityDeps,
  { revision, base, hosts: all, dirty, standby, without = [], refreshImages = false, force }: PlanInput,
  signal: AbortSignal,
): Promise<{ plan: WorkPlan; observed: ObservedInstance[]; images: ImagesOfHosts | null }> {
  const { project, name: topology } = revision.topology
  const hosts = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  const observed = await observeHosts(deps.executorFor, hosts, project, signal).catch((error: unknown) => {
    // A project that does not exist yet holds nothing.
    if (project !== null && isCode(error, 'NOT_FOUND')) return []
    throw error
  })
  const looked = { hosts, project, ours: oursOf(topology, observed) }
  const images = refreshImages ? await imagesOfInstances(deps.executorFor, looked, signal) : null
  const exposures = await exposuresOf(deps, topology, exposingHosts(revision, hosts))
  const plan = planWork({ revision, base, observed, dirty, exposures, standby, without, refresh: images, force })
  await refuseVms(deps, revision, plan, signal)
  await refuseUnresolved(revision, plan, signal)
  await refuseUnopened(deps, revision)
  await checkPublicPorts(deps, revision, { hosts, observed, exposures })
  const notes = [...plan.notes, ...certificateNotes(revision.topology, revision.certificates ?? {}, new Date())]
  return { plan: { ...plan, notes, exposure: exposure(revision, exposures, plan) }, observed, images }
}

/** What the edges do. One that cannot be asked is no reason to refuse a plan. */
async function exposuresOf(deps: ActivityDeps, topology: string, hosts: PlanInput['hosts']): Promise<Exposure[]> {
  return Promise.all(
    Object.entries(hosts).map(async ([host, via]) => ({
      host,
      current: await deps.edgeFor(host, via).current(topology),
    })),
  ).catch((error: unknown) => {
    deps.log.warn({ error: String(error) }, 'the edge could not be asked')
    return []
  })
}

const exposingHosts = ({ topology }: Revision, hosts: PlanInput['hosts']): PlanInput['hosts'] =>
  Object.fromEntries(
    Object.entries(hosts).filter(([name]) =>
      Object.values(topology.resources).some(({ expose, on }) => expose.length > 0 && on.includes(name)),
    ),
  )

/** What the edges do against what is declared. */
function exposure(revision: Revision, exposures: readonly Exposure[], { work, bystanders }: WorkPlan): Change[] {
  const live = [...bystanders, ...work.flatMap(({ from }) => from ?? [])]
  const changing = new Set(work.flatMap(({ instance, from }) => [instance, ...(from === null ? [] : [from.name])]))
  // A first deploy opens its ports with its first instance.
  return live.length === 0 ? [] : exposureChanges(revision, trafficNow(revision.topology, live), exposures, changing)
}

/**
 * A secret that nobody has is refused before anything is made. What a command gives is not asked for here: it is run once, at
 * the last moment.
 */
async function refuseUnresolved(revision: Revision, { work }: WorkPlan, signal: AbortSignal): Promise<void> {
  const resources = new Set(work.filter(({ action }) => action !== 'delete').map(({ resource }) => resource))
  for (const resource of resources) {
    for (const [name, value] of Object.entries(resourceOf(revision, resource).environment)) {
      if (!('secret' in value) || revision.sealed[`${resource}/${name}`] !== undefined) continue
      if (value.secret.from === 'command') continue
      await resolveSecret(value.secret, name, { env: process.env, signal })
    }
  }
}

/** A certificate that this worker cannot give to an edge is refused before anything is made. */
async function refuseUnopened(deps: ActivityDeps, revision: Revision): Promise<void> {
  for (const each of declaredCertificates(revision)) await openedCertificate(each, revision.topology.name, deps)
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
