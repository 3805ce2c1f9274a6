import { createLocalExecutor } from '../../hosts/local.js'
import { listImages, parseImages } from '../../incus/index.js'
import { OUR_IMAGES } from '../../topology/image-names.js'
import { versionNow } from './recipes.js'
import { debugged } from '../debugged.js'
import { daysSince, updateOf, type Update } from './updates.js'

/** One of our images on this machine. */
export interface ImportedImage {
  host: string
  /** `debian` of the alias `cul8er/debian`. */
  name: string
  alias: string
  fingerprint: string
  sizeBytes: number
  /** ISO time. */
  builtAt: string
  ageDays: number
  update: Update
}

/** Names of our images in the Incus of this machine, such as `debian`; none where it does not answer. */
export async function importedNames(): Promise<string[]> {
  const executor = debugged(createLocalExecutor({ host: 'localhost' }))
  try {
    const { stdout } = await executor.run(listImages())
    const aliases = parseImages(stdout).flatMap((image) => image.aliases)
    return aliases.filter((alias) => alias.startsWith(OUR_IMAGES)).map((alias) => alias.slice(OUR_IMAGES.length))
  } catch {
    return []
  } finally {
    await executor.close()
  }
}

/** Our images in the Incus of this machine, by name. @throws Cul8erError as an executor's run does */
export async function importedImages(host = 'localhost'): Promise<ImportedImage[]> {
  const executor = debugged(createLocalExecutor({ host }))
  try {
    const { stdout } = await executor.run(listImages())
    const ours = parseImages(stdout).flatMap((image) =>
      image.aliases.filter((alias) => alias.startsWith(OUR_IMAGES)).map((alias) => ({ ...image, alias })),
    )
    const images = await Promise.all(
      ours.map(async ({ alias, fingerprint, size, createdAt, properties }) => {
        const name = alias.slice(OUR_IMAGES.length)
        return {
          host,
          name,
          alias,
          fingerprint,
          sizeBytes: size,
          builtAt: createdAt,
          ageDays: daysSince(createdAt),
          update: updateOf(properties['cul8er.hash'], await versionNow(name)),
        }
      }),
    )
    return images.sort((a, b) => (a.alias < b.alias ? -1 : 1))
  } finally {
    await executor.close()
  }
}
