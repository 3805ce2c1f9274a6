import { Cul8erError, isCode } from '../src/errors.js'
import { lacksForVms, vmUnsupported } from '../src/hosts/virtual-machines.js'
import { listProfiles, parseProfileNames } from '../src/incus/index.js'
import { projectCommand } from '../src/instances/commands.js'
import { certificateNotes, declaredCertificates } from '../src/plan/certificates.js'
import { refuseOtherBalancer } from '../src/plan/balancers.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { withDrained } from '../src/plan/drained.js'
import { liveOnly } from '../src/plan/live-only.js'
import { oursOf } from '../src/plan/ours.js'
import { copiesOf } from '../src/plan/replication/copies.js'
import { planChanges } from '../src/plan/plan.js'
import { liveInstance, type LiveInstance, type Ours } from '../src/plan/planned-change.js'
import { stateBehind } from '../src/plan/state-behind.js'
import { numbersShown } from '../src/plan/numbers-shown.js'
import type { Storage } from '../src/plan/volumes.js'
import { questions } from '../src/plan/new-places.js'
import type { PlannedChanges } from '../src/plan/plan.js'
import { scalingOnly } from '../src/plan/scaling-only.js'
import { resourceOf } from '../src/plan/specs.js'
import { resolveSecret } from '../src/secrets/resolve.js'
import { secretSource } from '../src/secrets/sources/sources.js'
import { isThisMachine } from '../src/topology/hosts.js'
import type { OperationHooks } from '../src/topology/hooks.js'
import { nearest } from '../src/topology/nearest.js'
import { exposureChanges, type Exposure } from '../src/plan/exposure.js'
import type { Change, NewEdge, ObservedInstance, Revision } from '../src/plan/model.js'
import type { ImagesOfHosts } from '../src/plan/images.js'
import { neededImages, type NeededImage } from '../src/plan/missing-images.js'
import { createdBy } from '../src/strategies/created.js'
import { procedureOf } from '../src/strategies/procedure.js'
import { moving } from '../src/strategies/moving.js'
import { strategyFor } from '../src/strategies/registry.js'
import { trafficNow } from '../src/plan/traffic-now.js'
import type { Activities, Procedure } from '../src/contracts/index.js'
import { refuseKeyless } from './backup-store.js'
import { openedCertificate } from './certificates.js'
import type { ActivityDeps } from './deps.js'
import { factsOf } from './host-facts.js'
import { imagesOfInstances, observeForPlan, observeHosts } from './observe.js'
import { findImages } from './images.js'
import { newEdges } from './new-edges.js'
import { checkPublicPorts } from './public-ports.js'
import { checkRoom } from './room.js'
import { step } from './step.js'
import { refuseUnseenRequests } from './unseen-requests.js'
import { storageOf, volumeSnapshots } from './volumes.js'

type Rooms = Pick<Activities, 'planOperation' | 'findOwned' | 'ensureProject'>

/** Looking at the hosts, and deciding what must change. */
export function planActivities(deps: ActivityDeps): Rooms {
  return {
    planOperation: step((input, signal) => makePlan(deps, input, signal)),

    findOwned: step(async (input, signal) => {
      const { topology, project, hosts, dirty = [], volumes = false, ofVolumes = false, operation } = input
      const observed = await observeHosts(deps.executorFor, hosts, project, signal)
      refuseBehind(topology, operation, oursOf(topology, observed))
      const exposures = dirty.length === 0 ? [] : await exposuresOf(deps, topology, hosts)
      const instances = withDrained(oursOf(topology, observed), { dirty, exposures }).map((i) => ({
        ...liveInstance(i),
        snapshots: i.snapshots.map(({ name }) => name),
      }))
      if (ofVolumes) return Promise.all(instances.map((i) => withVolumes(deps, i, { hosts, project }, signal)))
      if (!volumes) return instances
      const storage = await storageOf(deps.executorFor, hosts, project, signal)
      const own = storage.flatMap((each) => each.volumes).filter((volume) => volume.topology === topology)
      const copies = copiesOf(topology, observed).map((copy) => liveInstance(copy))
      return {
        instances: [...instances, ...copies],
        volumes: own.map(({ host, pool, name }) => ({ host, pool, name })),
      }
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

/** Nothing has been changed yet, so that no label can be of this operation. */
function refuseBehind(topology: string, operation: number | undefined, ours: readonly Ours[]): void {
  if (operation === undefined) return
  const refused = stateBehind(topology, operation - 1, numbersShown(ours))
  if (refused !== null) throw new Cul8erError(refused.code, refused.message, refused)
}

/** The names of snapshots that only a volume of the instance has, because the instance was replaced since, among its own. */
async function withVolumes(
  { executorFor }: ActivityDeps,
  instance: LiveInstance,
  { hosts, project }: { hosts: PlanInput['hosts']; project: string | null },
  signal: AbortSignal,
): Promise<LiveInstance> {
  const { host, volumes = [], snapshots = [] } = instance
  const via = hosts[host]
  if (via === undefined || volumes.length === 0) return instance
  const names = await volumeSnapshots(executorFor(host, via), volumes, { project }, signal)
  return { ...instance, snapshots: [...new Set([...snapshots, ...names])] }
}

type PlanInput = Parameters<Activities['planOperation']>[0]

/**
 * One observation of all hosts, and the plan from it.
 * @throws Cul8erError as planWork does; VM_UNSUPPORTED; what the hosts answer
 */
async function makePlan(deps: ActivityDeps, input: PlanInput, signal: AbortSignal): Promise<PlannedChanges> {
  const { plan } = await observeAndPlan(deps, input, signal)
  if (input.counts !== undefined) return scalingOnly(plan, input.counts)
  return input.liveOnly === true ? liveOnly(plan) : plan
}

/**
 * The plan with what it was made from; `images` where they are to be refreshed.
 * @param input - `hooks` are those of the procedure; a plan is made without them
 * @throws Cul8erError as makePlan does
 */
export async function observeAndPlan(
  deps: ActivityDeps,
  {
    revision,
    base,
    hosts: all,
    dirty,
    standby,
    without = [],
    refreshImages = false,
    moves,
    force,
    goesBack = false,
    partly = false,
    operation,
    hooks,
  }: PlanInput & { hooks?: OperationHooks | null },
  signal: AbortSignal,
): Promise<{
  plan: PlannedChanges
  observed: ObservedInstance[]
  images: ImagesOfHosts | null
  storage: Storage[] | undefined
  procedure: Procedure
  /** Those that have to be made. */
  edges: NewEdge[]
  /** For what is made. */
  needed: NeededImage[]
}> {
  const { project, name: topology } = revision.topology
  refuseOtherBalancer(revision, base ?? null)
  const hosts = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  const observed = await observeForPlan(deps.executorFor, hosts, project, signal).catch((error: unknown) => {
    // A project that does not exist yet holds nothing.
    if (project !== null && isCode(error, 'NOT_FOUND')) return []
    throw error
  })
  const looked = { hosts, project, ours: oursOf(topology, observed) }
  refuseBehind(topology, operation, looked.ours)
  // Only where there may be some: an operation without volumes asks no more than it did.
  const hasVolumes =
    looked.ours.some((i) => attachedVolumes(i, topology, i.labels).length > 0) ||
    [revision, base ?? null].some((each) =>
      Object.values(each?.topology.resources ?? {}).some(({ volumes }) => volumes !== undefined),
    )
  const storage = hasVolumes || force ? await storageOf(deps.executorFor, hosts, project, signal) : undefined
  const images = refreshImages ? await imagesOfInstances(deps.executorFor, looked, signal) : null
  const exposures = await exposuresOf(deps, topology, exposingHosts(revision, hosts))
  const known = {
    revision,
    base,
    observed,
    dirty,
    exposures,
    standby,
    without,
    moves: moves ?? null,
    storage,
    force,
    goesBack,
    partly,
    refresh: images,
  }
  const asked = questions(known)
  const facts = asked.length === 0 ? undefined : await factsOf(deps, revision, asked, signal)
  const plan = planChanges({ ...known, ...(facts === undefined ? {} : { facts }) })
  await refuseVms(deps, revision, plan, signal)
  await refuseMissingProfiles(deps, revision, plan, signal)
  await refuseUnresolved(revision, plan, signal)
  await refuseUnopened(deps, revision)
  await refuseKeyless(revision, deps, signal)
  const strategy = moves === undefined ? strategyFor(revision.topology.strategy.approach, { goesBack }) : moving
  const settings = { revision, isProven: goesBack || moves !== undefined, hooks, force }
  const made = createdBy(procedureOf(strategy, plan, settings).stages)
  const edges = await newEdges(deps, revision, { hosts, plan, exposures })
  const needed = neededImages(revision, { made, edges })
  const copies = await findImages(deps, needed, { hosts, signal })
  await checkPublicPorts(deps, revision, { hosts, observed, exposures })
  const unseen = await refuseUnseenRequests(deps, revision, { hosts, force: force ?? false })
  // Where something moves, it is to leave the rest where it is.
  const goesOn = moves !== undefined ? null : force === true ? '--force' : goesBack ? 'rollback' : null
  const room = await checkRoom(deps, revision, {
    ...{ base: base ?? null, hosts, changes: plan.changes },
    ...{ observed, goesOn, signal },
  })
  const notes = [
    ...plan.notes,
    ...unseen,
    ...room,
    ...certificateNotes(revision.topology, revision.certificates ?? {}, new Date()),
  ]
  const whole = {
    ...plan,
    notes,
    exposure: moves === undefined ? exposure(revision, exposures, plan) : [],
    ...(copies.length === 0 ? {} : { copies }),
  }
  return {
    plan: whole,
    observed,
    images,
    storage,
    procedure: procedureOf(strategy, { ...plan, copies }, settings),
    edges,
    needed,
  }
}

/** What the edges do. One that cannot be asked is no reason to refuse a plan. */
async function exposuresOf(deps: ActivityDeps, topology: string, hosts: PlanInput['hosts']): Promise<Exposure[]> {
  return Promise.all(
    Object.entries(hosts).map(async ([host, via]) => ({
      host,
      current: await deps.edgeFor(host, via).current(topology),
    })),
  ).catch((error: unknown) => {
    deps.log.warn({ error: String(error) }, 'the edge did not answer')
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
function exposure(
  revision: Revision,
  exposures: readonly Exposure[],
  { changes, bystanders }: PlannedChanges,
): Change[] {
  const live = [...bystanders, ...changes.flatMap(({ from }) => from ?? [])]
  const changing = new Set(changes.flatMap(({ instance, from }) => [instance, ...(from === null ? [] : [from.name])]))
  // A first deploy opens its ports with its first instance.
  return live.length === 0 ? [] : exposureChanges(revision, trafficNow(revision.topology, live), exposures, changing)
}

/**
 * A secret that nobody has is refused before anything is made. What a command gives is not asked for here: it is run once, at
 * the last moment.
 */
async function refuseUnresolved(revision: Revision, { changes }: PlannedChanges, signal: AbortSignal): Promise<void> {
  const resources = new Set(changes.filter(({ action }) => action !== 'delete').map(({ resource }) => resource))
  for (const resource of resources) {
    for (const [name, value] of Object.entries(resourceOf(revision, resource).environment)) {
      if (!('secret' in value) || revision.sealed[`${resource}/${name}`] !== undefined) continue
      if (secretSource(value.secret.from).runsSomething === true) continue
      await resolveSecret(value.secret, name, { env: process.env, signal })
    }
  }
}

/** A certificate that this worker cannot give to an edge is refused before anything is made. */
async function refuseUnopened(deps: ActivityDeps, revision: Revision): Promise<void> {
  for (const each of declaredCertificates(revision)) await openedCertificate(each, revision.topology.name, deps)
}

/** A profile that a host does not have is refused before anything is made. */
async function refuseMissingProfiles(
  deps: ActivityDeps,
  revision: Revision,
  { changes }: PlannedChanges,
  signal: AbortSignal,
): Promise<void> {
  const { resources, hosts } = revision.topology
  const wanted = changes.filter(
    ({ action, resource }) => action !== 'delete' && resources[resource]?.profiles !== undefined,
  )
  for (const name of new Set(wanted.map(({ host }) => host))) {
    const host = hosts[name]
    if (host === undefined) continue
    // A project of cul8er's making uses the profiles of the default one, and may not be there yet.
    const list = (project: string | null) => deps.executorFor(name, host).run(listProfiles({ project }), { signal })
    const { stdout } = await list(revision.topology.project).catch((error: unknown) => {
      if (revision.topology.project !== null && isCode(error, 'NOT_FOUND')) return list(null)
      throw error
    })
    const known = parseProfileNames(stdout)
    for (const { resource, host: on } of wanted) {
      const missing = on === name ? resources[resource]?.profiles?.find((each) => !known.includes(each)) : undefined
      if (missing === undefined) continue
      const near = nearest(missing, known)
      throw new Cul8erError(
        'PROFILE_NOT_FOUND',
        `resources.${resource}.profiles: host ${name} has no Incus profile ${missing}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
        {
          hint: `it has ${known.join(', ')}; create the profile there with \`incus profile create ${missing}\``,
          details: { host: name, profile: missing },
        },
      )
    }
  }
}

/** A VM on a host that cannot run one is refused before anything is made. */
async function refuseVms(
  deps: ActivityDeps,
  revision: Revision,
  { changes }: PlannedChanges,
  signal: AbortSignal,
): Promise<void> {
  const wanted = changes.filter(
    ({ action, resource }) =>
      (action === 'create' || action === 'replace' || action === 'move') &&
      revision.topology.resources[resource]?.type === 'vm',
  )
  for (const name of new Set(wanted.map(({ host }) => host))) {
    const host = revision.topology.hosts[name]
    if (host === undefined) continue
    const lack = await lacksForVms(deps.executorFor(name, host), { local: isThisMachine(host), signal })
    if (lack === null) continue
    const instances = wanted.filter((w) => w.host === name).map(({ instance }) => instance)
    throw vmUnsupported(name, lack, instances)
  }
}
