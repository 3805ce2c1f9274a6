import { adoptByName } from './adopt.js'
import { colourOf, colourSets } from './colours.js'
import { withDrained } from './drained.js'
import type { Exposure } from './exposure.js'
import { fingerprintOf } from './fingerprint.js'
import { usedNames } from './free-name.js'
import { refreshNotes, type ImagesOfHosts } from './images.js'
import { dataHolders, leftovers, stayNote } from './leftovers.js'
import type { Change, ObservedInstance, Plan, Revision } from './model.js'
import { notesOf } from './notes.js'
import { levels } from './order.js'
import { placeKey } from './place-key.js'
import { oursOf, strangersOf } from './ours.js'
import { placesOf, type Place } from './places.js'
import { refuseClashes, refuseDataLoss } from './refusals.js'
import { countHosts, seatWork } from './seat-work.js'
import { resourceOf, seatKey, seats, type Seat } from './specs.js'
import { knowingData } from './stateful.js'
import { leftOut, leftOutNotes } from './without.js'
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
  /** The stable revision: it knows what instances were declared as that the new one does not declare. */
  base?: Revision | null
  /** All instances of the hosts concerned, foreign ones too. */
  observed: ObservedInstance[]
  /** Instances that an earlier operation left half changed: they are set right whatever their labels say. */
  dirty?: string[]
  /** What the edges do now: what was left half changed and takes no request stays out of the traffic. */
  exposures?: readonly Exposure[]
  /** Names of instances that are kept for an instant switch back. */
  standby?: string[]
  /** Hosts to leave out: nobody looked there, and nothing is to be done there. */
  without?: string[]
  /** What the hosts' images are named: instances that were made from another image than their name has now are replaced. */
  refresh?: ImagesOfHosts | null
  /** Go on where a check would refuse. */
  force?: boolean
}

/**
 * What must change so that the world is as the revision says. Pure: the same input gives the same plan.
 * @throws Cul8erError NAME_CLASH when a name that the plan needs belongs to an instance that is not ours, or to one that serves
 * @throws Cul8erError DATA_LOSS when stateful instances would lose their data
 */
export function planWork(input: PlanInput): WorkPlan {
  const {
    revision,
    base = null,
    dirty = [],
    exposures = [],
    standby = [],
    without = [],
    refresh = null,
    force = false,
  } = input
  const { name: topology } = revision.topology
  const observed = input.observed.filter(({ host }) => !without.includes(host))
  const found = oursOf(topology, observed)
  const ours = withDrained(knowingData(adoptByName(revision, found), revision, base), { dirty, exposures })
  const left = leftOut({ revision, base, without, dirty })
  const aside = ours.filter(({ name, labels }) => labels.role === 'old' && standby.includes(name))
  const places = placesOf(
    ours.filter((i) => !aside.includes(i)),
    { revision, dirty, mayBeElsewhere: (seat) => left.mayHold(seat).length > 0 },
  )
  const placeOf = (seat: Seat): Place => places.get(seatKey(seat)) ?? NOBODY
  const live = new Map([...places].flatMap(([key, place]) => (place.live === null ? [] : [[key, place.live]])))
  const used = usedNames(ours)
  const usedBySets = { ...used, isAside: usedNames(ours.filter((i) => !aside.includes(i))).isAside }
  const stays = seats(revision).flatMap((seat) => placeOf(seat).live ?? [])
  const withData = dataHolders(ours, stays)
  const colours = new Map(
    Object.keys(revision.topology.resources).map((resource) => {
      const hosts = left.candidates(resourceOf(revision, resource))
      return [resource, colourOf(revision, resource, { live, used: usedBySets, hosts })]
    }),
  )
  const counts = countHosts(ours)
  const planned = new Map(
    seats(revision).map((seat) => {
      const colour = colours.get(seat.resource) ?? null
      const place = placeOf(seat)
      return [seatKey(seat), seatWork({ revision, seat, place, colour, counts, dirty, left, used, refresh })]
    }),
  )
  const kept = new Map(aside.map((i) => [seatKey(i.labels), i]))
  const ordered = inOrder(revision, colourSets(revision, { planned, live, standby: kept, used: usedBySets, refresh }))
  const needed = new Set([...stays.map(placeKey), ...changedBy(ordered), ...revivedBy(ordered)])
  const rest = ours.filter((i) => !needed.has(placeKey(i)) && !staysAside(i, aside, ordered))
  const { gone, stay } = leftovers({ revision, rest, withData, ordered, force })
  const work = [...ordered, ...gone]

  const [changed, revived] = [changedBy(work), revivedBy(work)]
  const abandoned = ordered.flatMap((w) => {
    const hosts = w.action === 'create' && resourceOf(revision, w.resource).stateful ? left.mayHold(w) : []
    return hosts.length === 0 ? [] : [{ work: w, hosts }]
  })
  const losses = refuseDataLoss(work, { withData, abandoned, force })
  refuseClashes(work, observed, { ours, force })
  return {
    work,
    // What is kept and comes back is one all the same: its pool is there already.
    bystanders: [...stays.filter((i) => !revived.has(placeKey(i))), ...new Set([...aside, ...stay])]
      .filter((i) => !changed.has(placeKey(i)))
      .map(liveInstance),
    exposure: [],
    fingerprint: fingerprintOf({ revision, base, ours: found, dirty, standby, without, refresh, forced: losses }),
    notes: [
      ...strangersOf(topology, observed),
      ...losses,
      ...stay.map(stayNote),
      ...leftOutNotes({ revision, base, without, dirty }, (seat) => placeOf(seat).live),
      ...notesOf(revision, work),
      ...(refresh === null ? [] : refreshNotes(revision, { work, ours, images: refresh })),
    ],
  }
}

const NOBODY: Place = { live: null, aside: null, unproven: null }

/** The plan as people and `--json` see it. */
export function toPlan(topology: string, { work, exposure, fingerprint: print, notes }: WorkPlan): Plan {
  const changes = [...work, ...exposure].map(
    ({ action, resource, instance, host, reasons, drift, replaces, live, image }) => ({
      action,
      resource,
      instance,
      host,
      reasons,
      drift,
      ...(replaces === undefined ? {} : { replaces }),
      ...(live === undefined ? {} : { live }),
      ...(image === undefined ? {} : { image }),
    }),
  )
  return { topology, changes, empty: changes.length === 0, fingerprint: print, notes }
}

/** Instances that come back as they are. */
const revivedBy = (work: readonly Work[]): Set<string> =>
  new Set(work.flatMap(({ revive, host, instance: name }) => (revive === true ? [placeKey({ host, name })] : [])))

/** Instances that a change begins with. */
const changedBy = (work: readonly Work[]): Set<string> =>
  new Set(work.flatMap(({ from }) => (from === null ? [] : [placeKey(from)])))

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
