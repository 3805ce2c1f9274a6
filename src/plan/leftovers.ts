import { placeKey } from './place-key.js'
import type { Labels, Revision } from './model.js'
import { instanceName } from '../naming/instance-names.js'
import { byPlace } from './places.js'
import { replicaKey } from './specs.js'
import { liveInstance, type Ours, type PlannedChange } from './planned-change.js'
import type { LeftOut } from './without.js'

export interface LeftoversInput {
  revision: Revision
  /** Instances that no place needs. */
  rest: readonly Ours[]
  /** What may hold the only copy of data. */
  withData: ReadonlySet<Ours>
  /** What is made, or made over. */
  ordered: readonly PlannedChange[]
  force: boolean
}

/** What is deleted last, and what stays although nothing needs it. */
export function leftovers({ revision, rest, withData, ordered, force }: LeftoversInput): {
  gone: PlannedChange[]
  stay: Ours[]
} {
  const made = new Set(
    ordered
      .filter(({ action, revive }) => MAKES.has(action) && !revive)
      .map(({ host, instance: name }) => placeKey({ host, name })),
  )
  const stay = rest
    .toSorted(byPlace)
    .filter((i) => !force && i.labels.role !== 'live' && withData.has(i) && !made.has(placeKey(i)))
  const gone = rest
    .filter((i) => !stay.includes(i))
    .map((i) => deletion(i, revision))
    .sort((a, b) => a.instance.localeCompare(b.instance) || a.host.localeCompare(b.host))
  return { gone, stay }
}

/**
 * The instances that may hold the only copy of data. One that was made to take the place of another and never did holds none, as
 * long as that other one is there.
 * @param holders - those that have a place in the declaration now
 */
export function dataHolders(
  ours: readonly Ours[],
  holders: readonly Ours[],
  { mayHold }: Pick<LeftOut, 'mayHold'>,
): Set<Ours> {
  const proven = ours.filter(isProven)
  // What has no data of its own took nobody's place in holding it, as after a resource was declared stateless.
  const originals = [...proven, ...holders].filter(({ labels }) => labels.stateful === true)
  const holderOf = new Map(originals.map((i) => [replicaKey(i.labels), i]))
  const isOnlyOne = (i: Ours): boolean => (holderOf.get(replicaKey(i.labels)) ?? i) === i
  // Volumes outlive their instance, but only an instance says that theirs is the place: one that was put aside keeps it until it is known
  // what took it.
  const holdsPlace = (i: Ours): boolean =>
    i.labels.role !== 'live' && !holders.some((holder) => isSamePlace(holder, i)) && mayHold(i.labels).length > 0
  return new Set(
    ours.filter(
      (i) =>
        i.labels.stateful === true && (i.labels.dataIn === undefined || holdsPlace(i)) && (isProven(i) || isOnlyOne(i)),
    ),
  )
}

const isSamePlace = (a: Ours, b: Ours): boolean => replicaKey(a.labels) === replicaKey(b.labels)

const isProven = ({ labels: { role } }: Ours): boolean => role === 'live' || role === 'old'

/** For a person who wonders why it is there. */
export const stayNote = ({ name, host, labels }: Ours): string =>
  labels.role === 'old'
    ? `${name} on ${host} was replaced and may hold the only copy of its data: it stays; --force deletes it`
    : `${name} on ${host}, which operation ${labels.operation} did not finish, is stateful and has no original: it stays; --force deletes it`

const MAKES = new Set<PlannedChange['action']>(['create', 'replace'])

function deletion(instance: Ours, revision: Revision): PlannedChange {
  const { labels } = instance
  return {
    action: 'delete',
    resource: labels.resource,
    instance: instance.name,
    host: instance.host,
    reasons: [deletionReason(labels, revision)],
    drift: labels.role !== 'live',
    index: labels.index,
    color: labels.color,
    from: liveInstance(instance),
  }
}

function deletionReason({ role, operation, resource: name, index }: Labels, { topology }: Revision): string {
  if (role !== 'live') return `left over from operation ${operation}`
  const resource = topology.resources[name]
  if (resource === undefined) return 'its resource is no longer declared'
  if (resource.replicas === null && index !== null) return 'its resource no longer has replicas'
  if (resource.replicas !== null && index === null)
    return `its resource has replicas now, and the first is called ${instanceName(topology.name, name, 1)}`
  return index !== null && index > (resource.replicas ?? 0)
    ? 'there are fewer replicas now'
    : 'another instance has taken its place'
}
