import { Cul8erError } from '../errors.js'
import type { Resource } from '../topology/model.js'
import { compare } from './compare.js'
import { digestOf } from './digest.js'
import type { Change, InstanceSpec, Labels, ObservedInstance, Plan, Revision, Role, Slot } from './model.js'
import { otherSlot } from './naming.js'
import { levels } from './order.js'
import { placeOn } from './place.js'
import { instanceSpec, seatKey, seats, type Seat } from './specs.js'

/** An instance of ours that is there, in few words: it travels in payloads. */
export interface LiveInstance extends Seat {
  name: string
  slot: Slot
  host: string
  address: string | null
  role: Role
  revision: number
  digest: string
  /** Names; only where they were asked for. */
  snapshots?: string[]
}

/** A change with what a workflow needs to carry it out. */
export interface Work extends Change {
  index: number | null
  slot: Slot
  /** The live instance of the seat; null for a create. */
  from: LiveInstance | null
}

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
  /** Go on where a check would refuse. */
  force?: boolean
}

export type Ours = ObservedInstance & { labels: Labels }

/**
 * What must change so that the world is as the revision says. Pure: the same input gives the same plan.
 * @throws Cul8erError NAME_CLASH when an instance that is not ours has a name that the plan needs
 * @throws Cul8erError NOT_SUPPORTED_YET when an image change would lose a stateful instance's data
 */
export function planWork({ revision, observed, unfinished = [], force = false }: PlanInput): WorkPlan {
  const ours = observed.filter((i): i is Ours => i.labels?.topology === revision.topology.name)
  const bySeat = groupBySeat(ours)
  const counts = countHosts(ours)
  const notes: string[] = []
  const kept: Ours[] = []
  const perSeat = new Map<string, Work | null>()

  for (const seat of seats(revision)) {
    const live = bySeat.get(seatKey(seat)) ?? null
    if (live !== null) kept.push(live)
    perSeat.set(seatKey(seat), seatWork({ revision, seat, live, counts, unfinished }))
  }
  const coloured = colourSets(revision, perSeat, bySeat)
  const ordered = inOrder(revision, coloured)
  const leftovers = ours.filter((i) => !kept.includes(i)).map((i) => deletion(i, revision))
  const work = [...ordered, ...leftovers.sort((a, b) => a.instance.localeCompare(b.instance))]

  refuseDataLoss(revision, work, force, notes)
  refuseClashes(work, observed, revision.topology.name)
  return {
    work,
    bystanders: kept
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

interface Counts {
  ofResource: Map<string, Map<string, number>>
  all: Map<string, number>
}

function countHosts(ours: Ours[]): Counts {
  const counts: Counts = { ofResource: new Map(), all: new Map() }
  ours.forEach(({ host, labels }) => count(counts, labels.resource, host))
  return counts
}

function count(counts: Counts, resource: string, host: string): void {
  const own = counts.ofResource.get(resource) ?? new Map<string, number>()
  own.set(host, (own.get(host) ?? 0) + 1)
  counts.ofResource.set(resource, own)
  counts.all.set(host, (counts.all.get(host) ?? 0) + 1)
}

interface SeatInput {
  revision: Revision
  seat: Seat
  live: Ours | null
  counts: Counts
  unfinished: string[]
}

function seatWork({ revision, seat, live, counts, unfinished }: SeatInput): Work | null {
  const resource = resourceOf(revision, seat.resource)
  if (live === null) {
    const host = placeOn(resource, { ofResource: counts.ofResource.get(seat.resource) ?? new Map(), all: counts.all })
    count(counts, seat.resource, host)
    const slot: Slot = revision.topology.strategy.approach === 'blueGreen' && !resource.stateful ? 'blue' : ''
    return work('create', instanceSpec(revision, seat, host, slot), null, ['it is not there'], { drift: false })
  }
  const spec = instanceSpec(revision, seat, live.host, live.labels.slot)
  const moved = resource.on.includes(live.host) ? [] : [`host ${live.host} is not one of its hosts any more`]
  const differences = [
    ...(unfinished.includes(live.name)
      ? [{ kind: 'app' as const, reason: 'an earlier operation left it half changed' }]
      : []),
    ...compare(spec, live, live.labels),
  ]
  const reasons = [...moved, ...differences.map(({ reason }) => reason)]
  if (reasons.length === 0) return null
  const drift = live.labels.digest === spec.digest && moved.length === 0
  const from = liveInstance(live)
  if (moved.length > 0 || differences.some(({ kind }) => kind === 'image')) {
    const host = moved.length > 0 ? placeOn(resource, { ofResource: new Map(), all: counts.all }) : live.host
    return replacement(instanceSpec(revision, seat, host, otherSlot(live.labels.slot, false)), from, reasons, drift)
  }
  if (differences.every(({ kind }) => kind === 'state')) return work('start', spec, from, reasons, { drift })
  return work('update', spec, from, reasons, {
    drift,
    ...(differences.every(({ kind }) => kind === 'live') ? { live: true } : {}),
  })
}

const resourceOf = (revision: Revision, name: string): Resource => {
  const resource = revision.topology.resources[name]
  if (resource === undefined) throw new Error(`no resource ${name}`)
  return resource
}

function work(
  action: Work['action'],
  spec: InstanceSpec,
  from: LiveInstance | null,
  reasons: string[],
  extra: { drift: boolean; live?: boolean; replaces?: string },
): Work {
  const { resource, index, slot, host, name } = spec
  return { action, resource, instance: name, host, reasons, ...extra, index, slot, from }
}

const replacement = (spec: InstanceSpec, from: LiveInstance, reasons: string[], drift: boolean): Work =>
  work('replace', spec, from, reasons, { drift, replaces: from.name })

/** blueGreen: a declared change of one seat makes a whole new set of its resource, in the other colour. */
function colourSets(
  revision: Revision,
  perSeat: Map<string, Work | null>,
  bySeat: Map<string, Ours>,
): Map<string, Work | null> {
  if (revision.topology.strategy.approach !== 'blueGreen') return perSeat
  const changed = new Set(
    [...perSeat.values()].flatMap((w) =>
      w !== null && w.from !== null && !w.drift && !w.live && !resourceOf(revision, w.resource).stateful
        ? [w.resource]
        : [],
    ),
  )
  if (changed.size === 0) return perSeat
  return new Map(
    seats(revision).map((seat) => {
      const key = seatKey(seat)
      const planned = perSeat.get(key) ?? null
      const live = bySeat.get(key)
      if (!changed.has(seat.resource) || planned?.action === 'replace') return [key, planned]
      // A seat that is new in this revision joins the new set, whatever its colour.
      const sibling = seats(revision).find((s) => s.resource === seat.resource && bySeat.has(seatKey(s)))
      const slot = otherSlot((live ?? bySeat.get(seatKey(sibling ?? seat)))?.labels.slot ?? '', true)
      if (live === undefined) {
        const host = planned?.host ?? resourceOf(revision, seat.resource).on[0] ?? ''
        return [
          key,
          work('create', instanceSpec(revision, seat, host, slot), null, planned?.reasons ?? [], { drift: false }),
        ]
      }
      const reasons = planned?.reasons ?? ['its set is replaced']
      return [key, replacement(instanceSpec(revision, seat, live.host, slot), liveInstance(live), reasons, false)]
    }),
  )
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

/** An observed instance of ours in few words. */
export const liveInstance = ({ name, host, addresses, labels }: Ours): LiveInstance => ({
  name,
  resource: labels.resource,
  index: labels.index,
  slot: labels.slot,
  host,
  address: addresses[0] ?? null,
  role: labels.role,
  revision: labels.revision,
  digest: labels.digest,
})

function refuseDataLoss(revision: Revision, all: Work[], force: boolean, notes: string[]): void {
  for (const { action, instance, reasons, resource, from } of all) {
    if (action !== 'replace' || !resourceOf(revision, resource).stateful) continue
    if (!force) {
      throw new Cul8erError(
        'NOT_SUPPORTED_YET',
        `${from?.name} is stateful, and replacing it would lose its data: ${reasons.join('; ')}`,
        {
          hint: 'move the data yourself and deploy with --force, or keep the image and type as they are',
        },
      )
    }
    notes.push(`--force: ${instance} replaces ${from?.name} and starts without its data`)
  }
}

/** Never touch what is not ours: a foreign instance with a name that we need is an error, not an update. */
function refuseClashes(all: Work[], observed: ObservedInstance[], topology: string): void {
  for (const { action, instance, host } of all) {
    if (action !== 'create' && action !== 'replace') continue
    const foreign = observed.find((i) => i.name === instance && i.host === host && i.labels?.topology !== topology)
    if (foreign !== undefined) {
      const owner = foreign.labels === null ? "is not cul8er's" : `belongs to topology ${foreign.labels.topology}`
      throw new Cul8erError('NAME_CLASH', `instance ${instance} on ${host} exists and ${owner}`, {
        hint: `rename it (incus rename ${instance} NEW-NAME), or name the resource or topology differently`,
        details: { instance, host },
      })
    }
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
