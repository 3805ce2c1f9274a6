import type { IncusImage } from '../incus/parse.js'
import { OUR_IMAGES } from '../topology/image-names.js'
import type { Host } from '../topology/model.js'
import { sizeWords } from '../topology/units.js'

/** An image that a host lacks and another has. */
export interface ImageCopy {
  image: string
  /** Who lacks it. */
  host: string
  /** Incus project whose images the host uses; null: the default one. */
  project: string | null
  /** Host that has it; null: the machine of the worker. */
  from: string | null
  fingerprint: string
  sizeBytes: number
  /** What goes with the image: `cul8er.hash` tells versions of it apart. */
  properties: Record<string, string>
}

/** What the Incus of the worker's own machine is called where it is no host of the topology. */
export const WORKER = "the worker's machine"

export const workersMachine: Host = {
  address: 'localhost',
  platform: 'debian',
  kind: 'local',
  credentials: null,
}

/** Who may give an image, in order of preference, with what it has. */
export interface ImageSource {
  /** null: the machine of the worker. */
  host: string | null
  images: readonly IncusImage[]
  /** Why it does not say what it has; absent: it does. */
  silent?: string
}

/** Whether an image is one that hosts give each other: a name of somebody's own may mean another image on each host. */
export const isCopied = (image: string): boolean => image.startsWith(OUR_IMAGES)

/**
 * Where the image comes from that a host lacks; null: nobody has one that runs there.
 * @param architectures - of the host; none: it does not say
 */
export function imageCopy(
  { image, host }: { image: string; host: string },
  {
    project,
    architectures,
    sources,
  }: { project: string | null; architectures: readonly string[]; sources: readonly ImageSource[] },
): ImageCopy | null {
  if (!isCopied(image)) return null
  const runs = ({ architecture }: IncusImage): boolean =>
    architecture === '' || architectures.length === 0 || architectures.includes(architecture)
  for (const source of sources) {
    const found = source.images.find((each) => each.aliases.includes(image) && runs(each) && isSound(each))
    if (source.host === host || found === undefined) continue
    const { fingerprint, size, properties } = found
    return { image, host, project, from: source.host, fingerprint, sizeBytes: size, properties }
  }
  return null
}

/** Whether what a host says of an image can be so: paths, times to wait and the plan itself are made of it. */
const isSound = ({ fingerprint, size, properties }: IncusImage): boolean =>
  /^[0-9a-f]{64}$/.test(fingerprint) &&
  Number.isSafeInteger(size) &&
  size > 0 &&
  size <= LARGEST_BYTES &&
  JSON.stringify(properties).length <= LONGEST_PROPERTIES

const LARGEST_BYTES = 100 * 1024 * 1024 * 1024
/** Characters; those of images that servers have are some hundreds. */
const LONGEST_PROPERTIES = 16_000

/** `cul8er/edge from h1 (10 MiB)`. */
export const copyWords = (copy: ImageCopy): string => `${copy.image} from ${fromWords(copy)}`

/** `h1 (10 MiB)`. */
export const fromWords = ({ from, sizeBytes }: Pick<ImageCopy, 'from' | 'sizeBytes'>): string =>
  `${from ?? WORKER} (${sizeWords(Math.max(1, Math.round(sizeBytes / MIB)))})`

const MIB = 1024 * 1024
