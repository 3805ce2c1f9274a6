import { placeKey } from './place-key.js'
import { isAsWanted } from './as-wanted.js'
import type { ObservedInstance, Revision } from './model.js'
import { isHalfDone } from './half-done.js'
import { replicaKey } from './specs.js'
import type { Ours } from './planned-change.js'

/** Who is at one place of the declaration. */
export interface Place {
  /** The instance that has it. Its role is not `live` when it is stateful and was put aside for one that is not there. */
  live: Ours | null
  /** Stateful, and put aside for the one that has the place. */
  aside: Ours | null
  /** Stateful, and made to take the place, which it never did. */
  unproven: Ours | null
}

export interface PlacesInput {
  revision: Revision
  dirty: readonly string[]
  /** Whether an instance of the place may be where nobody looks. */
  mayBeElsewhere: (replica: Ours['labels']) => boolean
}

/**
 * Who is at each place, by replica. Of several live instances the one that was changed last has it, the rest is left over. A stateful one that
 * was put aside has its place again when nothing lives there: it may hold the only copy of its data.
 * @param ours - without those that are kept for an instant switch back
 */
export function placesOf(ours: readonly Ours[], input: PlacesInput): Map<string, Place> {
  const groups = new Map<string, Ours[]>()
  for (const instance of ours.toSorted(byPlace)) {
    const key = replicaKey(instance.labels)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [instance])
    else group.push(instance)
  }
  return new Map([...groups].map(([key, group]) => [key, placeOf(group, input)]))
}

function placeOf(group: Ours[], { revision, dirty, mayBeElsewhere }: PlacesInput): Place {
  const live = group.filter(({ labels }) => labels.role === 'live')
  const stateful = group.filter(({ labels }) => labels.stateful === true)
  const alone = live.length === 0 && group[0] !== undefined && !mayBeElsewhere(group[0].labels)
  const ranked = (some: Ours[]): Ours[] => some.toSorted(stateful.length > 0 ? byWorth(revision, dirty) : byAge)
  const olds = ranked(stateful.filter(({ labels }) => labels.role === 'old'))
  const news = ranked(stateful.filter(({ labels }) => labels.role === 'new'))
  const holder = ranked(live)[0] ?? (alone ? (olds[0] ?? news[0]) : undefined) ?? null
  return {
    live: holder,
    aside: olds.find((i) => i !== holder) ?? null,
    unproven: news.find((i) => i !== holder) ?? null,
  }
}

/**
 * What was made or changed last: a host that was away comes back with what was started elsewhere since, by a rollback perhaps, to a lower
 * revision.
 */
const byAge = (a: Ours, b: Ours): number =>
  operationOf(b) - operationOf(a) || b.labels.revision - a.labels.revision || byPlace(a, b)

const operationOf = ({ labels }: Ours): number => Number(labels.operation) || 0

/** An operation that could not be undone may leave two: the whole one counts before the half changed one, then what is wanted. */
function byWorth(revision: Revision, dirty: readonly string[]): (a: Ours, b: Ours) => number {
  const wanted = (i: Ours): boolean =>
    revision.topology.resources[i.labels.resource] !== undefined && isAsWanted(revision, i.labels, i)
  return (a, b) =>
    Number(isHalfDone(a, dirty)) - Number(isHalfDone(b, dirty)) || Number(wanted(b)) - Number(wanted(a)) || byAge(a, b)
}

/** By host, then name. */
export const byPlace = (a: ObservedInstance, b: ObservedInstance): number => placeKey(a).localeCompare(placeKey(b))
