import type { Resource } from '../topology/model.js'
import { isAsWanted, specInPlace } from './as-wanted.js'
import { renamed } from './adopt.js'
import { compare, type Difference } from './compare.js'
import { freeSlot, type UsedNames } from './free-name.js'
import { isHalfDone } from './half-done.js'
import { imageReason, newerImage, type ImagesOfHosts } from './images.js'
import type { Revision, Slot } from './model.js'
import { otherSlot } from './naming.js'
import { placeOn } from './place.js'
import type { Place } from './places.js'
import { instanceSpec, resourceOf, type Seat } from './specs.js'
import { areLeftOut, type LeftOut } from './without.js'
import { liveInstance, replacement, work, type Ours, type Work } from './work.js'

export { lostOperation } from './half-done.js'

/** Instances per host, so far. */
export interface Counts {
  ofResource: Map<string, Map<string, number>>
  all: Map<string, number>
}

/** Counts what is there. */
export function countHosts(ours: Ours[]): Counts {
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

export interface SeatInput {
  revision: Revision
  seat: Seat
  place: Place
  /** Of the set that the seat belongs to: a new instance takes traffic only in that colour. null: it belongs to none. */
  colour: Slot | null
  counts: Counts
  dirty: readonly string[]
  left: LeftOut
  used: UsedNames
  /** Images that every instance shall have; null: nobody asked for that. */
  refresh: ImagesOfHosts | null
}

/** What must change for one seat; null: nothing, or nothing that can be done without the hosts that are left out. */
export function seatWork(input: SeatInput): Work | null {
  const { revision, seat, place, counts, dirty, left, used, refresh } = input
  const { live, aside, unproven } = place
  if (live === null) return creation(input)
  const resource = resourceOf(revision, seat.resource)
  const spec = specInPlace(revision, seat, live)
  const hosts = left.candidates(resource)
  const moves = !resource.on.includes(live.host) && hosts.length > 0
  // Where it is made from another image or elsewhere, that is the reason.
  const image = moves || live.labels.image !== spec.image ? null : newerImage(live, refresh)
  const differences: Difference[] = [
    ...(isHalfDone(live, dirty)
      ? [{ kind: 'app' as const, reason: 'dirty: an earlier operation left it half changed' }]
      : []),
    ...(live.formerly === undefined ? [] : [{ kind: 'live' as const, reason: renamed(live.formerly, seat) }]),
    ...compare(spec, live, live.labels),
    ...(image === null ? [] : [{ kind: 'image' as const, reason: imageReason(image) }]),
    ...role(live),
  ]
  const reasons = [
    ...(moves ? [`host ${live.host} is no longer one of its hosts`] : []),
    ...differences.map(({ reason }) => reason),
  ]
  if (reasons.length === 0) return null
  const drift = live.labels.digest === spec.digest && !moves && live.formerly === undefined && image === null
  const from = liveInstance(live)
  if (moves || differences.some(({ kind }) => kind === 'image')) {
    const refreshed = image === null ? {} : { image }
    if (aside !== null && isAsWanted(revision, seat, aside, refresh)) {
      const why = `${aside.name} was replaced by it and is as declared`
      const extra = { drift: false, revive: true, ...refreshed }
      return replacement(specInPlace(revision, seat, aside), from, [...reasons, why], extra)
    }
    const host = moves ? placeNext({ on: hosts }, seat, counts) : live.host
    const slot = freeSlot(slotsBeside(live.labels.slot), [{ seat, host }], revision, used)
    return replacement(instanceSpec(revision, seat, host, slot), from, reasons, { drift, ...refreshed })
  }
  if (differences.every(({ kind }) => kind === 'state')) {
    if (live.labels.role === 'live') return work('start', spec, from, reasons, { drift })
    // What was to take its place never did, and must not run beside it: they may share a volume.
    return unproven === null
      ? work('start', spec, from, reasons, { drift, revive: true })
      : replacement(spec, liveInstance(unproven), reasons, { drift, revive: true })
  }
  return work('update', spec, from, reasons, {
    drift,
    ...(differences.every(({ kind }) => kind === 'live') ? { live: true } : {}),
  })
}

function creation({ revision, seat, colour, counts, left, used }: SeatInput): Work | null {
  const resource = resourceOf(revision, seat.resource)
  const away = left.mayHold(seat)
  const hosts = left.candidates(resource)
  if (hosts.length === 0 || left.isLeft(seat)) return null
  const host = placeNext({ on: hosts }, seat, counts)
  const slot = colour ?? freeSlot(['', 'green', 'blue'], [{ seat, host }], revision, used)
  const reason = away.length > 0 ? areLeftOut(away) : 'missing'
  return work('create', instanceSpec(revision, seat, host, slot), null, [reason], { drift: false })
}

/** A stateful instance that has a place without being live in it. */
function role({ labels }: Ours): Difference[] {
  if (labels.role === 'old') return [{ kind: 'state', reason: 'was replaced, but its replacement is missing' }]
  if (labels.role === 'new')
    return [{ kind: 'state', reason: `created by operation ${labels.operation}, which did not finish` }]
  return []
}

function slotsBeside(slot: Slot): [Slot, ...Slot[]] {
  const first = otherSlot(slot, false)
  const others = (['green', 'blue', ''] as const).filter((other) => other !== slot && other !== first)
  return [first, ...others]
}

function placeNext(on: Pick<Resource, 'on'>, seat: Seat, counts: Counts): string {
  const host = placeOn(on, { ofResource: counts.ofResource.get(seat.resource) ?? new Map(), all: counts.all })
  count(counts, seat.resource, host)
  return host
}
