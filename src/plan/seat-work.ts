import type { Resource } from '../topology/model.js'
import { compare } from './compare.js'
import type { Revision, Slot } from './model.js'
import { otherSlot } from './naming.js'
import { placeOn } from './place.js'
import { instanceSpec, resourceOf, type Seat } from './specs.js'
import { liveInstance, replacement, work, type Ours, type Work } from './work.js'

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
  live: Ours | null
  /** Of the set that the seat belongs to, where it lives: a new instance takes traffic only in that colour. */
  colour: Slot | null
  counts: Counts
  dirty: string[]
}

/** What must change for one seat; null: nothing. */
export function seatWork({ revision, seat, live, colour, counts, dirty }: SeatInput): Work | null {
  const resource = resourceOf(revision, seat.resource)
  if (live === null) {
    const host = placeNext(resource, seat, counts)
    const coloured = revision.topology.strategy.approach === 'blueGreen' && !resource.stateful
    const slot: Slot = coloured ? (colour ?? 'blue') : ''
    return work('create', instanceSpec(revision, seat, host, slot), null, ['it is not there'], { drift: false })
  }
  const spec = instanceSpec(revision, seat, live.host, live.labels.slot)
  const moved = resource.on.includes(live.host) ? [] : [`host ${live.host} is not one of its hosts any more`]
  const differences = [
    ...(isHalfDone(live, dirty) ? [{ kind: 'app' as const, reason: 'an earlier operation left it half changed' }] : []),
    ...compare(spec, live, live.labels),
  ]
  const reasons = [...moved, ...differences.map(({ reason }) => reason)]
  if (reasons.length === 0) return null
  const drift = live.labels.digest === spec.digest && moved.length === 0
  const from = liveInstance(live)
  if (moved.length > 0 || differences.some(({ kind }) => kind === 'image')) {
    const host = moved.length > 0 ? placeNext(resource, seat, counts) : live.host
    return replacement(instanceSpec(revision, seat, host, otherSlot(live.labels.slot, false)), from, reasons, { drift })
  }
  if (differences.every(({ kind }) => kind === 'state')) return work('start', spec, from, reasons, { drift })
  return work('update', spec, from, reasons, {
    drift,
    ...(differences.every(({ kind }) => kind === 'live') ? { live: true } : {}),
  })
}

/** How an operation that ended without saying what it was at stands among the dirty: all that it touched is suspect. */
export const lostOperation = (number: number | string): string => `operation ${number}`

const isHalfDone = ({ name, labels }: Ours, dirty: string[]): boolean =>
  dirty.includes(name) || dirty.includes(lostOperation(labels.operation))

function placeNext(resource: Resource, seat: Seat, counts: Counts): string {
  const host = placeOn(resource, { ofResource: counts.ofResource.get(seat.resource) ?? new Map(), all: counts.all })
  count(counts, seat.resource, host)
  return host
}
