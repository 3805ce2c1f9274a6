import { isAsWanted, specInPlace } from './as-wanted.js'
import { freeSlot, type UsedNames } from './free-name.js'
import { imageReason, type ImagesOfHosts } from './images.js'
import type { Revision, Slot } from './model.js'
import { otherSlot } from './naming.js'
import { instanceSpec, resourceOf, seatKey, seats, type Seat } from './specs.js'
import { liveInstance, replacement, work, type Ours, type Work } from './work.js'

/** Seats with what is planned for them, what lives there, and what is kept there from before. */
export interface Seating {
  planned: Map<string, Work | null>
  live: Map<string, Ours>
  standby: Map<string, Ours>
  /** The standby makes room for a new set: there are never three of them. */
  used: UsedNames
  /** Images that every instance shall have; null: nobody asked for that. */
  refresh: ImagesOfHosts | null
}

/** The color that a resource's new instances have: of the set that lives, else one that is free; null where there are no sets. */
export function colourOf(
  revision: Revision,
  resource: string,
  { live, used, hosts }: Pick<Seating, 'live' | 'used'> & { hosts: readonly string[] },
): Slot | null {
  if (revision.topology.strategy.approach !== 'blueGreen' || resourceOf(revision, resource).stateful) return null
  const living = [...live.values()].find(({ labels }) => labels.resource === resource)
  if (living !== undefined) return living.labels.slot
  const own = seats(revision).filter((seat) => seat.resource === resource)
  const places = own.flatMap((seat) => hosts.map((host) => ({ seat, host })))
  return freeSlot(['blue', 'green', ''], places, revision, used)
}

/**
 * blueGreen: a declared change of one seat makes a whole new set of its resource, in another colour. A set that is kept
 * from before and is just what is wanted comes back as it is. Public ports lead to one colour, so a set that an operation left
 * in two is made anew as well.
 */
export function colourSets(revision: Revision, seating: Seating): Map<string, Work | null> {
  if (revision.topology.strategy.approach !== 'blueGreen') return seating.planned
  const result = new Map(seating.planned)
  for (const [resource, { stateful }] of Object.entries(revision.topology.resources)) {
    const own = seats(revision).filter((seat) => seat.resource === resource)
    if (stateful || !needsSet(own, seating)) continue
    const set = keptSet(revision, own, seating) ?? newSet(revision, own, seating)
    own.forEach((seat, i) => result.set(seatKey(seat), set[i] ?? null))
  }
  return result
}

function needsSet(own: Seat[], { planned, live }: Seating): boolean {
  const changed = own.some((seat) => {
    const w = planned.get(seatKey(seat)) ?? null
    return w !== null && w.from !== null && !w.live && (!w.drift || w.action === 'replace')
  })
  return changed || slotsOf(own, live).size > 1
}

const slotsOf = (own: Seat[], live: Seating['live']): Set<Slot> =>
  new Set(own.flatMap((seat) => live.get(seatKey(seat))?.labels.slot ?? []))

function keptSet(revision: Revision, own: Seat[], { planned, live, standby, refresh }: Seating): Work[] | null {
  const set = own.map((seat): Work | null => {
    const old = standby.get(seatKey(seat))
    const now = live.get(seatKey(seat))
    if (old === undefined || now === undefined) return null
    if (!isAsWanted(revision, seat, old, refresh)) return null
    const image = planned.get(seatKey(seat))?.image
    const reasons = [...(image === undefined ? [] : [imageReason(image)]), `goes back to ${old.name}, the standby`]
    return replacement(specInPlace(revision, seat, old), liveInstance(now), reasons, {
      drift: false,
      revive: true,
      ...(image === undefined ? {} : { image }),
    })
  })
  return set.every((w): w is Work => w !== null) ? set : null
}

function newSet(revision: Revision, own: Seat[], { planned, live, used }: Seating): (Work | null)[] {
  const taken = slotsOf(own, live)
  const [before = ''] = taken
  const [first = '', ...others] = [otherSlot(before, true), 'blue' as const, '' as const].filter((s) => !taken.has(s))
  const places = own.flatMap((seat) => {
    const host = planned.get(seatKey(seat))?.host ?? live.get(seatKey(seat))?.host
    return host === undefined ? [] : [{ seat, host }]
  })
  const slot = freeSlot([first, ...others], places, revision, used)
  return own.map((seat) => {
    const now = live.get(seatKey(seat))
    const plan = planned.get(seatKey(seat)) ?? null
    const host = plan?.host ?? now?.host
    // It has no place on the hosts that are not left out.
    if (host === undefined) return null
    const spec = instanceSpec(revision, seat, host, slot)
    // A seat that is new in this revision joins the new set.
    return now === undefined
      ? work('create', spec, null, plan?.reasons ?? ['missing'], { drift: false })
      : replacement(
          spec,
          liveInstance(now),
          plan?.reasons ?? [taken.size > 1 ? 'its set has instances of both colors' : 'its set is replaced'],
          { drift: false, ...(plan?.image === undefined ? {} : { image: plan.image }) },
        )
  })
}
