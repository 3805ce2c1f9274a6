import { someOf } from '../some-of.js'
import { placeKey } from './place-key.js'
import type { NewerImage, Revision } from './model.js'
import type { Ours, PlannedChange } from './planned-change.js'

/** What each alias names on a host now: host, alias, fingerprint. */
export type ImagesOfHosts = Readonly<Record<string, ReadonlyMap<string, string>>>

/**
 * The image that the host of an instance has under the name of the instance's own; null where that is the one that it was made from, or
 * where it cannot be told: the host keeps no alias of what came from an image server.
 */
export function newerImage(
  { host, baseImage, labels: { image: name } }: Ours,
  images: ImagesOfHosts | null,
): NewerImage | null {
  const to = images?.[host]?.get(name)
  return to === undefined || baseImage === undefined || to === baseImage ? null : { name, from: baseImage, to }
}

/** Why an instance is replaced by one of a newer image. */
export const imageReason = ({ name, from, to }: NewerImage): string =>
  `image ${name} was ${short(from)} when it was created, and is ${short(to)} on its host now`

/** As `incus image list` shows fingerprints. */
const short = (fingerprint: string): string => fingerprint.slice(0, 12)

interface Looked {
  changes: readonly PlannedChange[]
  ours: readonly Ours[]
  images: ImagesOfHosts
}

/**
 * Says which instances a plan leaves on an image that their alias no longer names: it was imported anew since they were made. What the
 * plan makes anew or removes is not among them, nor what came from an image server.
 */
export const imageNotes = (revision: Revision, { images, ...looked }: Looked): string[] =>
  staying(revision, { images, ...looked })
    .map(({ ours, ...rest }) => ({ ...rest, older: ours.filter((each) => newerImage(each, images) !== null) }))
    .flatMap(({ resource, image, older }) =>
      older.length === 0
        ? []
        : [
            `${resource}: ${list(older)} ${older.length === 1 ? 'runs' : 'run'} on an older ${image} than the host has now; --refresh-images replaces ${older.length === 1 ? 'it' : 'them'}`,
          ],
    )

/** Where a refresh was asked for: which instances stay because nobody can tell whether there is a newer image. */
export const refreshNotes = (revision: Revision, { images, ...looked }: Looked): string[] =>
  staying(revision, { images, ...looked }).flatMap(({ resource, image, ours }) => {
    const unnamed = ours.filter(({ host }) => images[host]?.has(image) !== true)
    const unknown = ours.filter((each) => !unnamed.includes(each) && each.baseImage === undefined)
    const hosts = [...new Set(unnamed.map(({ host }) => host))].sort()
    return [
      ...(unnamed.length === 0
        ? []
        : [`${resource}: ${list(unnamed)} not refreshed: no image has the alias ${image} on ${hosts.join(', ')}`]),
      ...(unknown.length === 0
        ? []
        : [`${resource}: ${list(unknown)} not refreshed: Incus does not say which image it was created from`]),
    ]
  })

/** Live instances of the declared image that a plan neither replaces nor deletes, by resource. */
function staying(
  { topology }: Revision,
  { changes, ours }: Looked,
): { resource: string; image: string; ours: readonly Ours[] }[] {
  const leaving = new Set(
    changes.flatMap(({ action, from }) =>
      from !== null && (action === 'replace' || action === 'delete') ? [placeKey(from)] : [],
    ),
  )
  return Object.entries(topology.resources).map(([resource, { image }]) => ({
    resource,
    image,
    ours: ours
      .filter(({ labels }) => labels.role === 'live' && labels.resource === resource && labels.image === image)
      .filter((each) => !leaving.has(placeKey(each))),
  }))
}

const list = (instances: readonly Ours[]): string =>
  someOf(
    instances.map(({ name }) => name),
    3,
  )
