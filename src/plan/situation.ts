import { adoptByName } from './adopt.js'
import { withDrained } from './drained.js'
import type { ObservedInstance } from './model.js'
import { oursOf } from './ours.js'
import { placesOf, type Place } from './places.js'
import type { PlanInput } from './plan-input.js'
import type { Ours } from './planned-change.js'
import { replicaKey, type Replica } from './specs.js'
import { knowingData } from './stateful.js'
import { knowingSizes } from './volumes.js'
import { leftOut, type LeftOut } from './without.js'

/** Who is where, against what is declared. */
export interface Situation {
  /** All instances of the hosts that are not left out. */
  observed: ObservedInstance[]
  /** The topology's, as they were found. */
  found: Ours[]
  /** The same with what else is known of them. */
  ours: Ours[]
  /** What is known of hosts that are left out. */
  left: LeftOut
  /** Kept for an instant switch back; not what is on a host that is to be emptied. */
  aside: Ours[]
  /** By replica. */
  places: Map<string, Place>
  placeOf: (replica: Replica) => Place
}

/** What a plan begins with. */
export function situationOf(input: PlanInput): Situation {
  const { revision, base = null, dirty = [], exposures = [], standby = [], without = [], storage = [], moves } = input
  const off = moves?.off ?? []
  // Who forces it says that what may be on a host that is left out is lost: what was put aside for it is better than nothing.
  const forced = input.force === true && moves == null
  const observed = knowingSizes(
    input.observed.filter(({ host }) => !without.includes(host)),
    storage,
  )
  const found = oursOf(revision.topology.name, observed)
  const ours = withDrained(knowingData(adoptByName(revision, found), revision, base), { dirty, exposures })
  const left = leftOut({ revision, base, without, dirty, off })
  const aside = ours.filter(
    ({ name, host, labels }) => labels.role === 'old' && standby.includes(name) && !off.includes(host),
  )
  const places = placesOf(
    ours.filter((i) => !aside.includes(i)),
    { revision, dirty, mayBeElsewhere: (replica) => !forced && left.mayHold(replica).length > 0 },
  )
  const placeOf = (replica: Replica): Place => places.get(replicaKey(replica)) ?? NOBODY
  return { observed, found, ours, left, aside, places, placeOf }
}

const NOBODY: Place = { live: null, aside: null, unproven: null }
