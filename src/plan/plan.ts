import { digestOf } from './digest.js'
import { colourSets } from './colours.js'
import type { Change, Labels, ObservedInstance, Plan, Revision, Slot } from './model.js'
import { notesOf } from './notes.js'
import { levels } from './order.js'
import { oursOf, strangersOf } from './ours.js'
import { refuseClashes, refuseDataLoss } from './refusals.js'
import { countHosts, seatWork } from './seat-work.js'
import { seatKey, seats, type Seat } from './specs.js'
import { liveInstance, type LiveInstance, type Ours, type Work } from './work.js'

export interface WorkPlan {
  work: Work[]
  /** Live instances that the plan leaves alone. */
  bystanders: LiveInstance[]
  /** Public ports to be set right although no instance changes. */
  exposure: Change[]
  fingerprint: string
  notes: string[]
}

export interface PlanInput {
  revision: Revision
  /** All instances of the hosts concerned, foreign ones too. */
  observed: ObservedInstance[]
  /** Instances that an earlier operation left half changed: they are set right whatever their labels say. */
  dirty?: string[]
  /** Names of instances that are kept for an instant switch back. */
  standby?: string[]
  /** Go on where a check would refuse. */
  force?: boolean
}

/**
 * What must change so that the world is as the revision says. Pure: the same input gives the same plan.
 * @throws Cul8erError NAME_CLASH when an instance that is not ours has a name that the plan needs
 * @throws Cul8erError NOT_SUPPORTED_YET when an image change would lose a stateful instance's data
 */
export function planWork({ revision, observed, dirty = [], standby = [], force = false }: PlanInput): WorkPlan {
  const { name: topology } = revision.topology
  const ours = oursOf(topology, observed)
  const live = groupBySeat(ours)
  const counts = countHosts(ours)
  const notes = strangersOf(topology, observed)
  const planned = new Map<string, Work | null>()
  for (const seat of seats(revision)) {
    const key = seatKey(seat)
    planned.set(
      key,
      seatWork({ revision, seat, live: live.get(key) ?? null, colour: liveColour(seat, live), counts, dirty }),
    )
  }
  const aside = ours.filter(({ name, labels }) => labels.role === 'old' && standby.includes(name))
  const coloured = colourSets(revision, { planned, live, standby: new Map(aside.map((i) => [seatKey(i.labels), i])) })
  const ordered = inOrder(revision, coloured)
  const stays = [...planned.keys()].flatMap((key) => live.get(key) ?? [])
  const leftovers = ours
    .filter((i) => !stays.includes(i) && !staysAside(i, aside, ordered))
    .map((i) => deletion(i, revision))
    .sort((a, b) => a.instance.localeCompare(b.instance) || a.host.localeCompare(b.host))
  const work = [...ordered, ...leftovers]

  refuseDataLoss(revision, work, force, notes)
  refuseClashes(work, observed, ours)
  return {
    work,
    bystanders: [...stays, ...aside]
      .filter((i) => !work.some(({ from }) => from?.name === i.name && from.host === i.host))
      .map(liveInstance),
    exposure: [],
    fingerprint: fingerprint(revision, ours),
    notes: [...notes, ...notesOf(revision, work)],
  }
}

/** The plan as people and `--json` see it. */
export function toPlan(topology: string, { work, exposure, fingerprint: print, notes }: WorkPlan): Plan {
  const changes = [...work, ...exposure].map(
    ({ action, resource, instance, host, reasons, drift, replaces, live }) => ({
      action,
      resource,
      instance,
      host,
      reasons,
      drift,
      ...(replaces === undefined ? {} : { replaces }),
      ...(live === undefined ? {} : { live }),
    }),
  )
  return { topology, changes, empty: changes.length === 0, fingerprint: print, notes }
}

/** The live instance of each seat: of several, the newest revision wins, the rest is left over. */
function groupBySeat(ours: Ours[]): Map<string, Ours> {
  const live = ours
    .filter(({ labels }) => labels.role === 'live')
    .sort((a, b) => a.labels.revision - b.labels.revision || byPlace(b, a))
  return new Map(live.map((instance) => [seatKey(instance.labels), instance]))
}

/** The colour of the set that a seat belongs to; null: nothing of it lives. */
const liveColour = ({ resource }: Seat, live: Map<string, Ours>): Slot | null =>
  [...live.values()].find(({ labels }) => labels.resource === resource)?.labels.slot ?? null

const byPlace = (a: ObservedInstance, b: ObservedInstance): number =>
  `${a.host}/${a.name}`.localeCompare(`${b.host}/${b.name}`)

function inOrder(revision: Revision, perSeat: Map<string, Work | null>): Work[] {
  const rank = new Map(
    levels(revision.topology.resources).flatMap((names, level) => names.map((name) => [name, level])),
  )
  const all = [...perSeat.values()].filter((w): w is Work => w !== null)
  return all
    .map((w, i) => ({ w, i, level: rank.get(w.resource) ?? 0 }))
    .sort((a, b) => a.level - b.level || a.i - b.i)
    .map(({ w }) => w)
}

/** What is kept stays, until a new set of its resource, or a new instance, needs its place. */
const staysAside = (instance: Ours, aside: Ours[], ordered: Work[]): boolean =>
  aside.includes(instance) &&
  !ordered.some(
    ({ action, resource, instance: made, drift, revive }) =>
      !revive && (made === instance.name || (resource === instance.labels.resource && action === 'replace' && !drift)),
  )

function deletion(instance: Ours, revision: Revision): Work {
  const { labels } = instance
  return {
    action: 'delete',
    resource: labels.resource,
    instance: instance.name,
    host: instance.host,
    reasons: [deletionReason(labels, revision)],
    drift: labels.role !== 'live',
    index: labels.index,
    slot: labels.slot,
    from: liveInstance(instance),
  }
}

function deletionReason(labels: Labels, revision: Revision): string {
  if (labels.role !== 'live') return `left over from operation ${labels.operation}`
  const resource = revision.topology.resources[labels.resource]
  if (resource === undefined) return 'its resource is not declared any more'
  const declared = resource.replicas === null ? labels.index === null : (labels.index ?? Infinity) <= resource.replicas
  return declared ? 'another instance has its place' : 'there are fewer replicas now'
}

function fingerprint(revision: Revision, ours: Ours[]): string {
  const world = ours.toSorted(byPlace).map(({ host, name, type, status, config, devices, labels }) => ({
    host,
    name,
    type,
    status,
    config,
    devices,
    labels,
  }))
  return digestOf({ desired: revision.digest, world }, 32)
}
