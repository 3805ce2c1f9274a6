import { isAsWanted, specBefore, specInPlace } from './as-wanted.js'
import { renamed } from './adopt.js'
import { compare, type Difference } from './compare.js'
import { freeColor, type UsedNames } from './free-name.js'
import { isHalfDone } from './half-done.js'
import { imageReason, newerImage, type ImagesOfHosts } from './images.js'
import type { Revision } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { otherColor } from '../naming/instance-names.js'
import { movesWithData } from './moves.js'
import type { NewPlace } from './new-places.js'
import type { Place } from './places.js'
import { instanceSpec, resourceOf, type Replica } from './specs.js'
import { areLeftOut, type LeftOut } from './without.js'
import { liveInstance, replacement, plannedChange, type Ours, type PlannedChange } from './planned-change.js'

export { lostOperation } from './half-done.js'

export interface ReplicaInput {
  revision: Revision
  /** The stable one. */
  base: Revision | null
  replica: Replica
  place: Place
  /** Of the set that the replica belongs to: a new instance takes traffic only in that color. null: it belongs to none. */
  color: Color | null
  /** Where it goes, when it is made or moves; null: nowhere. */
  placed: NewPlace | null
  dirty: readonly string[]
  left: LeftOut
  used: UsedNames
  /** Images that every instance shall have; null: nobody asked for that. */
  refresh: ImagesOfHosts | null
}

/** What must change for one replica; null: nothing, or nothing that can be done without the hosts that are left out. */
export function changeOfReplica(input: ReplicaInput): PlannedChange | null {
  const { revision, base, replica, place, placed, dirty, left, used, refresh } = input
  const { live, aside, unproven } = place
  if (live === null) return creation(input)
  const resource = resourceOf(revision, replica.resource)
  const spec = specInPlace(revision, replica, live)
  const because = placed?.because
  const moves = because !== undefined || (!resource.on.includes(live.host) && left.candidates(resource).length > 0)
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
    ...(moves ? [because ?? `host ${live.host} is no longer one of its hosts`] : []),
    ...differences.map(({ reason }) => reason),
  ]
  if (reasons.length === 0) return null
  const drift = live.labels.digest === spec.digest && !moves && live.formerly === undefined && image === null
  const from = liveInstance(live)
  // It goes as it is, whatever else differs: only a deploy changes what is declared.
  if (because !== undefined && placed !== null && movesWithData(live, resource)) {
    const why = placed.reason === null ? {} : { placement: placed.reason }
    return plannedChange('move', { ...spec, host: placed.host }, from, [because], { drift: false, ...why })
  }
  if (moves || differences.some(({ kind }) => kind === 'image')) {
    const refreshed = image === null ? {} : { image }
    if (aside !== null && isAsWanted(revision, replica, aside, refresh)) {
      const why = `${aside.name} was replaced by it and is as declared`
      const extra = { drift: false, revive: true, ...refreshed }
      return replacement(specInPlace(revision, replica, aside), from, [...reasons, why], extra)
    }
    const host = (moves ? placed?.host : undefined) ?? live.host
    const color = freeColor(colorsBeside(live.labels.color), [{ replica, host }], revision, used)
    const why = moves && placed?.reason != null ? { placement: placed.reason } : {}
    return replacement(instanceSpec(revision, replica, host, color), from, reasons, { drift, ...refreshed, ...why })
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

function creation({ revision, replica, color, placed, left, used }: ReplicaInput): PlannedChange | null {
  if (placed === null) return null
  const { host, reason: why } = placed
  const away = left.mayHold(replica)
  const its = color ?? freeColor(['', 'green', 'blue'], [{ replica, host }], revision, used)
  const reason = away.length > 0 ? areLeftOut(away) : 'missing'
  return plannedChange('create', instanceSpec(revision, replica, host, its), null, [reason], {
    drift: false,
    ...(why === null ? {} : { placement: why }),
  })
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
