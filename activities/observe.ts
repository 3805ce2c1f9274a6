import type { Unreachable } from '../src/contracts/index.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import { listImages, listInstances, parseImages } from '../src/incus/index.js'
import { observe } from '../src/instances/observe.js'
import type { ImagesOfHosts } from '../src/plan/images.js'
import type { ObservedInstance } from '../src/plan/model.js'
import type { Ours } from '../src/plan/planned-change.js'
import type { Host } from '../src/topology/model.js'
import { Cul8erError, NO_ANSWER, withHint } from '../src/errors.js'
import { asCul8erError } from './errors.js'

/** In place of a project. */
export const ALL_PROJECTS = Symbol('all projects')

/** A host that answers a list slower than this is not well, ms. */
const LIST_MS = 20_000

/** All instances of a topology's project on its hosts, or of all projects: one `incus list` a host, side by side. */
export async function observeHosts(
  executorFor: (name: string, host: Host) => HostExecutor,
  hosts: Record<string, Host>,
  project: string | null | typeof ALL_PROJECTS,
  signal: AbortSignal,
  timeoutMs = LIST_MS,
): Promise<ObservedInstance[]> {
  const where = project === ALL_PROJECTS ? { allProjects: true } : { project }
  const lists = await Promise.all(
    Object.entries(hosts).map(async ([name, host]) => {
      const { stdout } = await executorFor(name, host).run(listInstances(where), { signal, timeoutMs })
      return observe(name, stdout)
    }),
  )
  return lists.flat()
}

/**
 * The same for a plan: a host that gives no answer can be left out, and the error says how.
 * @throws Cul8erError as the hosts answer
 */
export async function observeForPlan(
  executorFor: (name: string, host: Host) => HostExecutor,
  hosts: Record<string, Host>,
  project: string | null,
  signal: AbortSignal,
): Promise<ObservedInstance[]> {
  const lists = await Promise.all(
    Object.entries(hosts).map(([name, host]) =>
      observeHosts(executorFor, { [name]: host }, project, signal).catch((error: unknown) => {
        const silent = error instanceof Cul8erError && NO_ANSWER.has(error.code)
        if (!silent || Object.keys(hosts).length === 1) throw error
        throw withHint(error, `if it is gone, --without ${name} goes on without it`, { host: name })
      }),
    ),
  )
  return lists.flat()
}

/** The same, where a host that does not answer is no reason to keep silent about the others. */
export async function observeEach(
  executorFor: (name: string, host: Host) => HostExecutor,
  hosts: Record<string, Host>,
  project: string | null | typeof ALL_PROJECTS,
  signal: AbortSignal,
  timeoutMs = LIST_MS,
): Promise<{ observed: ObservedInstance[]; unreachable: Unreachable[] }> {
  const looks = await Promise.all(
    Object.entries(hosts).map(async ([host, via]) => {
      try {
        return {
          observed: await observeHosts(executorFor, { [host]: via }, project, signal, timeoutMs),
          unreachable: [],
        }
      } catch (error) {
        signal.throwIfAborted()
        return { observed: [], unreachable: [{ host, error: asCul8erError(error).toJSON() }] }
      }
    }),
  )
  return {
    observed: looks.flatMap(({ observed }) => observed),
    unreachable: looks.flatMap(({ unreachable }) => unreachable),
  }
}

/** What the aliases of images name on the hosts that have instances of ours, as their project sees them. */
export async function imagesOfInstances(
  executorFor: (name: string, host: Host) => HostExecutor,
  { hosts, project, ours }: { hosts: Record<string, Host>; project: string | null; ours: readonly Ours[] },
  signal: AbortSignal,
): Promise<ImagesOfHosts> {
  const inUse = new Set(ours.map(({ host }) => host))
  const looked = Object.entries(hosts).filter(([name]) => inUse.has(name))
  const lists = await Promise.all(
    looked.map(async ([name, host]): Promise<[string, ReadonlyMap<string, string>]> => {
      const { stdout } = await executorFor(name, host).run(listImages({ project }), { signal, timeoutMs: LIST_MS })
      const aliases = parseImages(stdout).flatMap((image) =>
        image.aliases.map((alias): [string, string] => [alias, image.fingerprint]),
      )
      return [name, new Map(aliases)]
    }),
  )
  return Object.fromEntries(lists)
}
