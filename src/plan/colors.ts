import { holdsData } from '../topology/holds-data.js'
import { isAsWanted, specInPlace } from './as-wanted.js'
import { freeColor, type UsedNames } from './free-name.js'
import { imageReason, type ImagesOfHosts } from './images.js'
import type { Revision } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { otherColor } from '../naming/instance-names.js'
import { instanceSpec, resourceOf, replicaKey, replicas, type Replica } from './specs.js'
import { liveInstance, replacement, plannedChange, type Ours, type PlannedChange } from './planned-change.js'

/** Replicas with what is planned for them, what lives there, and what is kept there from before. */
export interface Placing {
  planned: Map<string, PlannedChange | null>
  live: Map<string, Ours>
  standby: Map<string, Ours>
  /** The standby makes room for a new set: there are never three of them. */
  used: UsedNames
  /** Images that every instance shall have; null: nobody asked for that. */
  refresh: ImagesOfHosts | null
}

/** The color that a resource's new instances have: of the set that lives, else one that is free; null where there are no sets. */
export function colorOf(
  revision: Revision,
  resource: string,
  { live, used, hosts }: Pick<Placing, 'live' | 'used'> & { hosts: readonly string[] },
): Color | null {
  if (revision.topology.strategy.approach !== 'blueGreen' || holdsData(resourceOf(revision, resource))) return null
  const living = [...live.values()].find(({ labels }) => labels.resource === resource)
  if (living !== undefined) return living.labels.color
  const own = replicas(revision).filter((replica) => replica.resource === resource)
  const places = own.flatMap((replica) => hosts.map((host) => ({ replica, host })))
  return freeColor(['blue', 'green', ''], places, revision, used)
}

/**
 * blueGreen: a declared change of one replica makes a whole new set of its resource, in another color. A set that is kept
 * from before and is just what is wanted comes back as it is. Public ports lead to one color, so a set that an operation left
 * in two is made anew as well.
 */
export function colorSets(revision: Revision, placing: Placing): Map<string, PlannedChange | null> {
  if (revision.topology.strategy.approach !== 'blueGreen') return placing.planned
  const result = new Map(placing.planned)
  for (const [resource, declared] of Object.entries(revision.topology.resources)) {
    const own = replicas(revision).filter((replica) => replica.resource === resource)
    if (holdsData(declared) || !needsSet(own, placing)) continue
    const set = keptSet(revision, own, placing) ?? newSet(revision, own, placing)
    own.forEach((replica, i) => result.set(replicaKey(replica), set[i] ?? null))
  }
  return result
}

function needsSet(own: Replica[], { planned, live }: Placing): boolean {
  const changed = own.some((replica) => {
    const w = planned.get(replicaKey(replica)) ?? null
    return w !== null && w.from !== null && !w.live && (!w.drift || w.action === 'replace')
  })
  return changed || colorsOf(own, live).size > 1
}

const colorsOf = (own: Replica[], live: Placing['live']): Set<Color> =>
  new Set(own.flatMap((replica) => live.get(replicaKey(replica))?.labels.color ?? []))

function keptSet(
  revision: Revision,
  own: Replica[],
  { planned, live, standby, refresh }: Placing,
): PlannedChange[] | null {
  const set = own.map((replica): PlannedChange | null => {
    const old = standby.get(replicaKey(replica))
    const now = live.get(replicaKey(replica))
    if (old === undefined || now === undefined) return null
    if (!isAsWanted(revision, replica, old, refresh)) return null
    const image = planned.get(replicaKey(replica))?.image
    const reasons = [...(image === undefined ? [] : [imageReason(image)]), `goes back to ${old.name}, the standby`]
    return replacement(specInPlace(revision, replica, old), liveInstance(now), reasons, {
      drift: false,
      revive: true,
      ...(image === undefined ? {} : { image }),
    })
  })
  return set.every((w): w is PlannedChange => w !== null) ? set : null
}

function newSet(revision: Revision, own: Replica[], { planned, live, used }: Placing): (PlannedChange | null)[] {
  const taken = colorsOf(own, live)
  const [before = ''] = taken
  const [first = '', ...others] = [otherColor(before, true), 'blue' as const, '' as const].filter((s) => !taken.has(s))
  const places = own.flatMap((replica) => {
    const host = planned.get(replicaKey(replica))?.host ?? live.get(replicaKey(replica))?.host
    return host === undefined ? [] : [{ replica, host }]
  })
  const color = freeColor([first, ...others], places, revision, used)
  return own.map((replica) => {
    const now = live.get(replicaKey(replica))
    const plan = planned.get(replicaKey(replica)) ?? null
    const host = plan?.host ?? now?.host
    // It has no place on the hosts that are not left out.
    if (host === undefined) return null
    const spec = instanceSpec(revision, replica, host, color)
    const placement = plan?.placement === undefined ? {} : { placement: plan.placement }
    // A replica that is new in this revision joins the new set.
    return now === undefined
      ? plannedChange('create', spec, null, plan?.reasons ?? ['missing'], { drift: false, ...placement })
      : replacement(
          spec,
          liveInstance(now),
          plan?.reasons ?? [taken.size > 1 ? 'its set has instances of both colors' : 'its set is replaced'],
          { drift: false, ...placement, ...(plan?.image === undefined ? {} : { image: plan.image }) },
        )
  })
}
