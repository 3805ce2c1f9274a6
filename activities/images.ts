import { isCode, type Cul8erError } from '../src/errors.js'
import { setupScript } from '../src/service/setup-script.js'
import { recipeNames } from '../src/images/recipes.js'
import { getImageAlias, listImages, parseImages, type IncusImage } from '../src/incus/index.js'
import { localImages, missingImage, type NeededImage } from '../src/plan/missing-images.js'
import { isLocalImage } from '../src/topology/image-names.js'
import type { Host } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'

/**
 * Images that a host must have, because no image server would be asked for them. What cannot be looked up is no reason to refuse a plan.
 * @throws Cul8erError IMAGE_NOT_FOUND
 */
export async function refuseMissingImages(
  deps: ActivityDeps,
  needed: readonly NeededImage[],
  { hosts, signal }: { hosts: Record<string, Host>; signal: AbortSignal },
): Promise<void> {
  const look = async (each: NeededImage): Promise<Cul8erError | null> => {
    const via = hosts[each.host]
    if (via === undefined) return null
    const images = await listedWhereMissing(deps, each, via, signal)
    if (images === null || images.some(({ fingerprint }) => fingerprint.startsWith(each.image))) return null
    const aliases = images.flatMap((image) => image.aliases)
    return missingImage(each, { aliases, recipes: await recipeNames(), build: setupScript('host') })
  }
  const [first] = (await Promise.all(localImages(needed).map(look))).filter((error) => error !== null)
  if (first !== undefined) throw first
}

/** What the host has instead of an alias; null: it has the alias, or does not say. */
async function listedWhereMissing(
  deps: ActivityDeps,
  { image, host, project }: Pick<NeededImage, 'image' | 'host' | 'project'>,
  via: Host,
  signal: AbortSignal,
): Promise<IncusImage[] | null> {
  const executor = deps.executorFor(host, via)
  const isMissing = (where: string | null): Promise<boolean> =>
    executor.run(getImageAlias(image, { project: where }), { signal }).then(
      () => false,
      (error: unknown) => {
        if (isCode(error, 'NOT_FOUND')) return true
        throw error
      },
    )
  const list = async (where: string | null): Promise<IncusImage[]> =>
    parseImages((await executor.run(listImages({ project: where }), { signal })).stdout)
  try {
    if (!(await isMissing(project))) return null
    return await list(project).catch(async (error: unknown) => {
      // A project of cul8er's making uses the images of the default one, and may not be there yet.
      if (project === null || !isCode(error, 'NOT_FOUND')) throw error
      return (await isMissing(null)) ? list(null) : null
    })
  } catch (error) {
    signal.throwIfAborted()
    deps.log.warn({ error: String(error) }, 'the images of the host could not be looked up')
    return null
  }
}

/** What the hosts have of the images of image servers that are needed; a host that cannot list its images is left out. */
export async function imagesOfServers(
  deps: ActivityDeps,
  needed: readonly NeededImage[],
  { hosts, signal }: { hosts: Record<string, Host>; signal: AbortSignal },
): Promise<Record<string, IncusImage[]>> {
  const wanted = needed.filter(({ image }) => !isLocalImage(image))
  const firsts = wanted.filter(({ host }, i) => wanted.findIndex((other) => other.host === host) === i)
  const look = async ({ host, project }: NeededImage): Promise<[string, IncusImage[]] | null> => {
    const via = hosts[host]
    if (via === undefined) return null
    const list = (where: string | null) => deps.executorFor(host, via).run(listImages({ project: where }), { signal })
    return list(project)
      .catch((error: unknown) => {
        if (project !== null && isCode(error, 'NOT_FOUND')) return list(null)
        throw error
      })
      .then(({ stdout }): [string, IncusImage[]] => [host, parseImages(stdout)])
      .catch((error: unknown) => {
        deps.log.warn({ error: String(error) }, 'the images of the host could not be listed')
        return null
      })
  }
  const found = await Promise.all(firsts.map(look))
  return Object.fromEntries(found.filter((each) => each !== null))
}
