import { Cul8erError, isCode, messageOf } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import { setupScript } from '../src/service/setup-script.js'
import { recipeNames } from '../src/images/recipes.js'
import { getImageAlias, listImages, parseImages, parseServer, serverInfo, type IncusImage } from '../src/incus/index.js'
import {
  imageCopy,
  isCopied,
  WORKER,
  workersMachine,
  type ImageCopy,
  type ImageSource,
} from '../src/plan/image-copies.js'
import { localImages, missingImage, type NeededImage } from '../src/plan/missing-images.js'
import { isThisMachine } from '../src/topology/hosts.js'
import { isLocalImage } from '../src/topology/image-names.js'
import type { Host } from '../src/topology/model.js'
import { durationWords } from '../src/topology/units.js'
import type { ActivityDeps } from './deps.js'

/**
 * Images that hosts must have, because no image server would be asked for them, and where those of ours come from that are missing. What
 * cannot be looked up is no reason to refuse a plan.
 * @param hosts - those that may give an image, too
 * @throws Cul8erError IMAGE_NOT_FOUND where nobody has one
 */
export async function findImages(
  deps: ActivityDeps,
  needed: readonly NeededImage[],
  { hosts, signal }: Hosts,
): Promise<ImageCopy[]> {
  // Asked once, and only where something is missing.
  let asked: Promise<ImageSource[]> | undefined
  const sources = (): Promise<ImageSource[]> => (asked ??= imageSources(deps, { hosts, signal }))
  const look = async (each: NeededImage): Promise<Cul8erError | ImageCopy | null> => {
    const via = hosts[each.host]
    if (via === undefined) return null
    const found = await listedWhereMissing(deps, each, via, signal)
    if (found === null || found.images.some(({ fingerprint }) => fingerprint.startsWith(each.image))) return null
    const executor = deps.executorFor(each.host, via)
    if (isCopied(each.image) && executor.request !== undefined) {
      const architectures = await architecturesOf(executor, signal)
      const copy = imageCopy(each, { project: found.project, architectures, sources: await sources() })
      if (copy !== null) return copy
    }
    const silent = ((await asked) ?? []).flatMap(({ host, silent: why }) =>
      why === undefined ? [] : [`${host}: ${why}`],
    )
    const aliases = found.images.flatMap((image) => image.aliases)
    return missingImage(each, { aliases, recipes: await recipeNames(), build: setupScript('host'), silent })
  }
  const found = await Promise.all(localImages(needed).map(look))
  const copies: ImageCopy[] = []
  for (const each of found) {
    if (each instanceof Cul8erError) throw each
    if (each !== null) copies.push(each)
  }
  // An edge and a resource may need the same one.
  return [...new Map(copies.map((copy) => [JSON.stringify([copy.host, copy.project, copy.image]), copy])).values()]
}

interface Hosts {
  hosts: Record<string, Host>
  signal: AbortSignal
}

/** ms for a host to say which images it has, its login included; one that takes longer gives none. Shorter than a whole check of a host. */
const ANSWER_MS = 5_000

/** The machine of the worker first: there images are built and refreshed. Then the hosts, in their order. */
async function imageSources(deps: ActivityDeps, { hosts, signal }: Hosts): Promise<ImageSource[]> {
  const isHost = Object.values(hosts).some(isThisMachine)
  const all: [string | null, Host][] = [
    ...(isHost ? [] : ([[null, workersMachine]] as [null, Host][])),
    ...Object.entries(hosts).sort(([, one], [, other]) => Number(isThisMachine(other)) - Number(isThisMachine(one))),
  ]
  const look = async ([host, via]: [string | null, Host]): Promise<ImageSource> => {
    const expired = AbortSignal.timeout(ANSWER_MS)
    try {
      const executor = deps.executorFor(host ?? WORKER, via)
      if (executor.request === undefined) return { host, images: [] }
      const { stdout } = await executor.run(listImages(), { signal: AbortSignal.any([signal, expired]) })
      return { host, images: parseImages(stdout) }
    } catch (error) {
      signal.throwIfAborted()
      deps.log.warn({ host, error: String(error) }, 'the host does not say which images it could give')
      const silent = expired.aborted ? `no answer within ${durationWords(ANSWER_MS)}` : messageOf(error)
      // Where the worker's machine has no Incus, nobody expects anything of it.
      return { host, images: [], ...(host === null ? {} : { silent }) }
    }
  }
  return Promise.all(all.map(look))
}

/** None: it does not say. */
const architecturesOf = (executor: HostExecutor, signal: AbortSignal): Promise<string[]> =>
  executor.run(serverInfo(), { signal, timeoutMs: ANSWER_MS }).then(
    ({ stdout }) => parseServer(stdout).architectures,
    () => [],
  )

/** What the host has instead of an alias, and in which project; null: it has the alias, or does not say. */
async function listedWhereMissing(
  deps: ActivityDeps,
  { image, host, project }: Pick<NeededImage, 'image' | 'host' | 'project'>,
  via: Host,
  signal: AbortSignal,
): Promise<{ project: string | null; images: IncusImage[] } | null> {
  const executor = deps.executorFor(host, via)
  const isMissing = (where: string | null): Promise<boolean> =>
    executor.run(getImageAlias(image, { project: where }), { signal }).then(
      () => false,
      (error: unknown) => {
        if (isCode(error, 'NOT_FOUND')) return true
        throw error
      },
    )
  const list = async (where: string | null) => ({
    project: where,
    images: parseImages((await executor.run(listImages({ project: where }), { signal })).stdout),
  })
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
