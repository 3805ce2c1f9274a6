import type { Revision } from './model.js'
import type { Ours, Work } from './work.js'

/** What each alias names on a host now: host, alias, fingerprint. */
export type ImagesOfHosts = Readonly<Record<string, ReadonlyMap<string, string>>>

/**
 * Says which instances a plan leaves on an image that their alias no longer names: it was imported anew since they were made. What the
 * plan makes anew or removes is not among them, nor what came from an image server, where the host keeps no alias.
 */
export function imageNotes(
  { topology }: Revision,
  { work, ours, images }: { work: readonly Work[]; ours: readonly Ours[]; images: ImagesOfHosts },
): string[] {
  const leaving = new Set(
    work.flatMap(({ action, from }) =>
      from !== null && (action === 'replace' || action === 'delete') ? [`${from.host}/${from.name}`] : [],
    ),
  )
  return Object.entries(topology.resources).flatMap(([resource, { image }]) => {
    const names = ours
      .filter(({ labels }) => labels.role === 'live' && labels.resource === resource && labels.image === image)
      .filter(({ host, name }) => !leaving.has(`${host}/${name}`))
      .filter(({ host, baseImage }) => {
        const now = images[host]?.get(image)
        return now !== undefined && baseImage !== undefined && now !== baseImage
      })
      .map(({ name }) => name)
    return names.length === 0
      ? []
      : [
          `${resource}: ${list(names)} ${names.length === 1 ? 'runs' : 'run'} on an older ${image} than the host has now, until made anew`,
        ]
  })
}

const list = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
