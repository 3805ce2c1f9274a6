import type { Resource } from '../topology/model.js'
import { isAsWanted, specBefore, specInPlace } from './as-wanted.js'
import { renamed } from './adopt.js'
import { compare, type Difference } from './compare.js'
import { freeColor, type UsedNames } from './free-name.js'
import { isHalfDone } from './half-done.js'
import { imageReason, newerImage, type ImagesOfHosts } from './images.js'
import type { Revision } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { otherColor } from '../naming/instance-names.js'
import { placeOn } from './place.js'
import type { Place } from './places.js'
import { instanceSpec, resourceOf, type Replica } from './specs.js'
import { areLeftOut, type LeftOut } from './without.js'
import { liveInstance, replacement, plannedChange, type Ours, type PlannedChange } from './planned-change.js'

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

export interface ReplicaInput {
  revision: Revision
  /** The stable one. */
  base: Revision | null
  replica: Replica
  place: Place
  /** Of the set that the replica belongs to: a new instance takes traffic only in that color. null: it belongs to none. */
  color: Color | null
  counts: Counts
  dirty: readonly string[]
  left: LeftOut
  used: UsedNames
  /** Images that every instance shall have; null: nobody asked for that. */
  refresh: ImagesOfHosts | null
  /** Hosts that have a volume of the place: what is made anew would begin without its data on any other. */
  withVolumes?: readonly string[]
}

/** What must change for one replica; null: nothing, or nothing that can be done without the hosts that are left out. */
export function changeOfReplica(input: ReplicaInput): PlannedChange | null {
  const { revision, base, replica, place, counts, dirty, left, used, refresh } = input
  const { live, aside, unproven } = place
  if (live === null) return creation(input)
  const resource = resourceOf(revision, replica.resource)
  const spec = specInPlace(revision, replica, live)
  const hosts = left.candidates(resource)
  const moves = !resource.on.includes(live.host) && hosts.length > 0
  // Where it is made from another image or elsewhere, that is the reason.
  const image = moves || live.labels.image !== spec.image ? null : newerImage(live, refresh)
  const differences: Difference[] = [
    ...(isHalfDone(live, dirty)
      ? [{ kind: 'app' as const, reason: 'dirty: an earlier operation left it half changed' }]
      : []),
    ...(live.formerly === undefined ? [] : [{ kind: 'live' as const, reason: renamed(live.formerly, replica) }]),
    ...compare(spec, live, live.labels, specBefore(base, live)),
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
    if (aside !== null && isAsWanted(revision, replica, aside, refresh)) {
      const why = `${aside.name} was replaced by it and is as declared`
      const extra = { drift: false, revive: true, ...refreshed }
      return replacement(specInPlace(revision, replica, aside), from, [...reasons, why], extra)
    }
    const host = moves ? placeNext({ on: hosts }, replica, counts) : live.host
    const color = freeColor(colorsBeside(live.labels.color), [{ replica, host }], revision, used)
    return replacement(instanceSpec(revision, replica, host, color), from, reasons, { drift, ...refreshed })
  }
  if (differences.every(({ kind }) => kind === 'state')) {
    if (live.labels.role === 'live') return plannedChange('start', spec, from, reasons, { drift })
    // What was to take its place never did, and must not run beside it: they may share a volume.
    return unproven === null
      ? plannedChange('start', spec, from, reasons, { drift, revive: true })
      : replacement(spec, liveInstance(unproven), reasons, { drift, revive: true })
  }
  return plannedChange('update', spec, from, reasons, {
    drift,
    ...(differences.every(({ kind }) => kind === 'live') ? { live: true } : {}),
    ...(differences.some(({ kind }) => kind === 'restart') ? { restart: true } : {}),
  })
}

function creation({
  revision,
  replica,
  color,
  counts,
  left,
  used,
  withVolumes = [],
}: ReplicaInput): PlannedChange | null {
  const resource = resourceOf(revision, replica.resource)
  const away = left.mayHold(replica)
  const hosts = left.candidates(resource)
  if (hosts.length === 0 || left.isLeft(replica)) return null
  const holding = hosts.filter((each) => withVolumes.includes(each))
  const host = placeNext({ on: holding.length > 0 ? holding : hosts }, replica, counts)
  const its = color ?? freeColor(['', 'green', 'blue'], [{ replica, host }], revision, used)
  const reason = away.length > 0 ? areLeftOut(away) : 'missing'
  return plannedChange('create', instanceSpec(revision, replica, host, its), null, [reason], { drift: false })
}

/** A stateful instance that has a place without being live in it. */
function role({ labels }: Ours): Difference[] {
  if (labels.role === 'old') return [{ kind: 'state', reason: 'was replaced, but its replacement is missing' }]
  if (labels.role === 'new')
    return [{ kind: 'state', reason: `created by operation ${labels.operation}, which did not finish` }]
  return []
}

function colorsBeside(color: Color): [Color, ...Color[]] {
  const first = otherColor(color, false)
  const others = (['green', 'blue', ''] as const).filter((other) => other !== color && other !== first)
  return [first, ...others]
}

function placeNext(on: Pick<Resource, 'on'>, replica: Replica, counts: Counts): string {
  const host = placeOn(on, { ofResource: counts.ofResource.get(replica.resource) ?? new Map(), all: counts.all })
  count(counts, replica.resource, host)
  return host
}
