import type { Place } from '../contracts/procedure.js'
import { Cul8erError } from '../errors.js'
import type { IncusImage } from '../incus/parse.js'
import { isLocalImage, OUR_IMAGES } from '../topology/image-names.js'
import { someOf } from '../some-of.js'
import { nearest } from '../topology/nearest.js'
import type { NewEdge, Revision } from './model.js'
import { resourceOf } from './specs.js'

/** An image that an operation needs on a host. */
export interface NeededImage {
  image: string
  host: string
  /** Incus project whose images are used. */
  project: string | null
  /** Who needs it: `resources.web.image`, or the edge. */
  place: string
}

/** Images that the instances and edges that an operation makes are made from, each once a host. */
export function neededImages(
  revision: Revision,
  { made, edges }: { made: readonly Pick<Place, 'resource' | 'host'>[]; edges: readonly NewEdge[] },
): NeededImage[] {
  const { project } = revision.topology
  const all = [
    ...made.map(({ resource, host }): NeededImage => {
      const { image } = resourceOf(revision, resource)
      return { image, host, project, place: `resources.${resource}.image` }
    }),
    ...edges.map(({ host, image }): NeededImage => ({ image, host, project: null, place: `the edge of ${host}` })),
  ]
  return [
    ...new Map(all.map((needed) => [JSON.stringify([needed.host, needed.project, needed.image]), needed])).values(),
  ]
}

/** What a host has, and what can be built for it. */
export interface KnownImages {
  /** Aliases of the host's images. */
  aliases: readonly string[]
  /** Names of our images that there are recipes of. */
  recipes: readonly string[]
  /** The command that builds and imports one of ours, without its name. */
  build: string
  /** Hosts that may have it and do not say, with the reason; absent: none. */
  silent?: readonly string[]
}

/** Why an operation cannot begin: the host has no image of that name, and no image server is asked for it. */
export function missingImage(
  { image, host, place }: NeededImage,
  { aliases, recipes, build, silent = [] }: KnownImages,
): Cul8erError {
  const ours = recipes.map((name) => `${OUR_IMAGES}${name}`)
  const canBeBuilt = ours.includes(image)
  const near = canBeBuilt ? undefined : nearest(image, [...new Set([...aliases, ...ours])])
  return new Cul8erError(
    'IMAGE_NOT_FOUND',
    [
      `${place}: host ${host} has no image ${image}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
      ...silent.map((why) => `no word of it from ${why}`),
    ].join('; '),
    {
      hint: canBeBuilt
        ? `build and import it there: ${build} ${image.slice(OUR_IMAGES.length)}`
        : image.startsWith(OUR_IMAGES)
          ? `cul8er has recipes for ${recipes.join(', ') || 'none here'}`
          : `it has ${someOf([...aliases].sort(), MOST_ALIASES) || 'none'}; import one with \`incus image import FILE --alias ${image}\`, or name a remote such as images:debian/12`,
      details: { host, image },
    },
  )
}

const MOST_ALIASES = 8

/** Images of a list that an image server is not asked for. */
export const localImages = (needed: readonly NeededImage[]): NeededImage[] =>
  needed.filter(({ image }) => isLocalImage(image))

/** Images that an image server would be asked for, because the host has none from there under that name. */
export const downloads = (
  needed: readonly NeededImage[],
  has: Readonly<Record<string, readonly Pick<IncusImage, 'aliases' | 'source'>[]>>,
): { image: string; host: string }[] =>
  needed.flatMap(({ image, host }) => {
    if (isLocalImage(image) || has[host] === undefined) return []
    const alias = image.slice(image.indexOf(':') + 1)
    return has[host].some(({ aliases, source }) => aliases.includes(image) || source === alias) ? [] : [{ image, host }]
  })
