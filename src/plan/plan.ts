import { digestOf } from './digest.js'
import { colourSets } from './colours.js'
import type { ObservedInstance, Plan, Revision } from './model.js'
import { levels } from './order.js'
import { refuseClashes, refuseDataLoss } from './refusals.js'
import { countHosts, seatWork } from './seat-work.js'
import { seatKey, seats } from './specs.js'
import { liveInstance, type LiveInstance, type Ours, type Work } from './work.js'

export interface WorkPlan {
  work: Work[]
  /** Live instances that the plan leaves alone. */
  bystanders: LiveInstance[]
  fingerprint: string
  notes: string[]
}

export interface PlanInput {
  revision: Revision
  /** All instances of the hosts concerned, foreign ones too. */
  observed: ObservedInstance[]
  /** Instances that an earlier operation left half changed: they are set right whatever their labels say. */
  unfinished?: string[]
  /** Names of instances that are kept for an instant switch back. */
  kept?: string[]
  /** Go on where a check would refuse. */
  force?: boolean
}

export /**
 * What must change so that the world is as the revision says. Pure: the same input gives the same plan.
 * @throws Cul8erError NAME_CLASH when an instance that is not ours has a name that the plan needs
 * @throws Cul8erError NOT_SUPPORTED_YET when an image change would lose a stateful instance's data
 */
function planWork({ revision, observed, unfinished = [], kept = [], force = false }: PlanInput): WorkPlan {
  const ours = observed.filter((i): i is Ours => i.labels?.topology === revision.topology.name)
  const live = groupBySeat(ours)
  const counts = countHosts(ours)
  const notes: string[] = []
  const planned = new Map<string, Work | null>()
  for (const seat of seats(revision)) {
    const key = seatKey(seat)
    planned.set(key, seatWork({ revision, seat, live: live.get(key) ?? null, counts, unfinished }))
  }
  const aside = ours.filter(({ name, labels }) => labels.role === 'old' && kept.includes(name))
  const coloured = colourSets(revision, { planned, live, kept: new Map(aside.map((i) => [seatKey(i.labels), i])) })
  const ordered = inOrder(revision, coloured)
  const stays = [...planned.keys()].flatMap((key) => live.get(key) ?? [])
  const leftovers = ours
    .filter((i) => !stays.includes(i) && !staysAside(i, aside, ordered))
    .map((i) => deletion(i, revision))
    .sort((a, b) => a.instance.localeCompare(b.instance))
  const work = [...ordered, ...leftovers]

  refuseDataLoss(revision, work, force, notes)
  refuseClashes(work, observed, revision.topology.name)
  return {
    work,
    bystanders: [...stays, ...aside]
      .filter((i) => !work.some(({ from, action }) => from?.name === i.name && action !== 'delete'))
      .map(liveInstance),
    fingerprint: fingerprint(revision, ours),
    notes,
  }
}

/** The plan as people and `--json` see it. */
export function toPlan(topology: string, { work, fingerprint: print, notes }: WorkPlan): Plan {
  const changes = work.map(({ action, resource, instance, host, reasons, drift, replaces, live }) => ({
    action,
    resource,
    instance,
    host,
    reasons,
    drift,
    ...(replaces === undefined ? {} : { replaces }),
    ...(live === undefined ? {} : { live }),
  }))
  return { topology, changes, empty: changes.length === 0, fingerprint: print, notes }
}

/** The live instance of each seat: of several, the newest revision wins, the rest is left over. */
function groupBySeat(ours: Ours[]): Map<string, Ours> {
  const result = new Map<string, Ours>()
  for (const instance of ours.filter(({ labels }) => labels.role === 'live')) {
    const key = seatKey(instance.labels)
    const known = result.get(key)
    if (known === undefined || known.labels.revision < instance.labels.revision) result.set(key, instance)
  }
  return result
}

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

/** What is kept stays, until a new set of its resource needs its colour, or brings it back itself. */
const staysAside = (instance: Ours, aside: Ours[], ordered: Work[]): boolean =>
  aside.includes(instance) &&
  !ordered.some((w) => w.resource === instance.labels.resource && w.action === 'replace' && !w.drift && !w.revive)

function deletion(instance: Ours, revision: Revision): Work {
  const { labels } = instance
  const reason =
    labels.role === 'live' || labels.role === 'edge'
      ? revision.topology.resources[labels.resource] === undefined
        ? 'its resource is not declared any more'
        : 'there are fewer replicas now'
      : `left over from operation ${labels.operation}`
  return {
    action: 'delete',
    resource: labels.resource,
    instance: instance.name,
    host: instance.host,
    reasons: [reason],
    drift: labels.role !== 'live',
    index: labels.index,
    slot: labels.slot,
    from: liveInstance(instance),
  }
}

function fingerprint(revision: Revision, ours: Ours[]): string {
  const world = ours
    .map(({ host, name, type, status, config, devices, labels }) => ({
      host,
      name,
      type,
      status,
      config,
      devices,
      labels,
    }))
    .sort((a, b) => `${a.host}/${a.name}`.localeCompare(`${b.host}/${b.name}`))
  return digestOf({ desired: revision.digest, world }, 32)
}
