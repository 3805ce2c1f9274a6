import { compare } from './compare.js'
import { newerImage, type ImagesOfHosts } from './images.js'
import type { InstanceSpec, Revision } from './model.js'
import { instanceSpec, resourceOf, type Replica } from './specs.js'
import type { Ours } from './planned-change.js'

/** The spec of an instance that has its replica already, where it is. */
export const specInPlace = (revision: Revision, replica: Replica, { host, labels }: Ours): InstanceSpec =>
  instanceSpec(revision, replica, host, labels.color)

/** What a revision says of the instance, under the name that it was declared by; null: nothing. */
export const specBefore = (revision: Revision | null, instance: Ours): InstanceSpec | null =>
  revision?.topology.resources[instance.labels.resource] === undefined
    ? null
    : specInPlace(revision, instance.labels, instance)

/**
 * Whether bringing it back would leave nothing to do: a stopped one is started on the way, what was changed by hand is not mended.
 * @param refresh - it must have these images; null: whichever image of the declared name it was made from will do
 */
export function isAsWanted(
  revision: Revision,
  replica: Replica,
  instance: Ours,
  refresh: ImagesOfHosts | null = null,
): boolean {
  const spec = specInPlace(revision, replica, instance)
  return (
    resourceOf(revision, replica.resource).on.includes(instance.host) &&
    instance.labels.digest === spec.digest &&
    newerImage(instance, refresh) === null &&
    compare(spec, instance, instance.labels).every(({ kind }) => kind === 'state')
  )
}
