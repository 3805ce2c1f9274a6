import type { HostExecutor } from '../src/hosts/executor.js'
import {
  getProfile,
  hostResources,
  listImages,
  parseHostResources,
  parseImages,
  parsePoolResources,
  parseProfile,
  poolResources,
} from '../src/incus/index.js'
import type { ObservedInstance, Revision } from '../src/plan/model.js'
import type { PlannedChange } from '../src/plan/planned-change.js'
import { roomNotes, roomRefusals, setsLimits, withNewLimits, type HostRoom } from '../src/plan/room.js'
import { resourceOf } from '../src/plan/specs.js'
import { isLocalImage } from '../src/topology/image-names.js'
import type { Host, Resource } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'

const MIB = 1024 * 1024

/**
 * Limits that no host can keep are refused before anything is made. Only what is declared is asked for, and a host that does not say what it
 * has is no reason to refuse a plan.
 * @returns notes: limits that add up to more than a host has, and what `force`, a rollback or the stable revision went on in spite of
 * @throws Cul8erError NO_ROOM
 */
export async function checkRoom(
  deps: ActivityDeps,
  revision: Revision,
  {
    base,
    hosts,
    changes,
    observed,
    goesOn,
    signal,
  }: {
    /** The stable one: limits that it has like that are no reason to stop. */
    base: Revision | null
    hosts: Record<string, Host>
    changes: readonly PlannedChange[]
    observed: readonly ObservedInstance[]
    /** By what, where limits that no host can keep are no reason to stop. */
    goesOn: '--force' | 'rollback' | null
    signal: AbortSignal
  },
): Promise<string[]> {
  const setting = changes.filter(setsLimits)
  const rooms: Record<string, HostRoom> = {}
  const look = async (host: string): Promise<void> => {
    const via = hosts[host]
    const names = new Set(setting.filter((change) => change.host === host).map(({ resource }) => resource))
    const limited = [...names]
      .map((name) => [name, resourceOf(revision, name)] as const)
      .filter(([, r]) => hasLimits(r))
    if (via === undefined || limited.length === 0) return
    try {
      rooms[host] = await roomOf(deps.executorFor(host, via), Object.fromEntries(limited), revision, signal)
    } catch (error) {
      signal.throwIfAborted()
      deps.log.warn({ error: String(error) }, 'the host did not say what it has')
    }
  }
  await Promise.all([...new Set(setting.map(({ host }) => host))].map(look))
  const [first] = roomRefusals({ revision, changes: withNewLimits(changes, { revision, base }), rooms })
  if (first !== undefined && goesOn === null) throw first
  return [
    ...roomRefusals({ revision, changes, rooms }).map(({ message }) => `${message} (${goesOn ?? 'as it is now'})`),
    ...roomNotes({ revision, changes, observed, rooms }),
  ]
}

const hasLimits = (resource: Resource): boolean =>
  resource.limits.cpu !== null || resource.limits.memoryMiB !== null || hasSizes(resource)

const hasSizes = ({ limits, volumes = {} }: Resource): boolean =>
  limits.diskMiB !== null || Object.values(volumes).some(({ sizeMiB }) => sizeMiB !== null)

async function roomOf(
  executor: HostExecutor,
  resources: Record<string, Resource>,
  { topology: { project } }: Revision,
  signal: AbortSignal,
): Promise<HostRoom> {
  const said = async (command: Parameters<HostExecutor['run']>[0]): Promise<string> =>
    (await executor.run(command, { signal })).stdout
  const { cpus, memoryBytes } = parseHostResources(await said(hostResources()))
  const room: HostRoom = { cpus, memoryMiB: memoryBytes / MIB, pools: {}, rootPools: {}, imageBytes: {} }
  const sized = Object.entries(resources).filter(([, resource]) => hasSizes(resource))
  for (const [name, { devices, profiles = ['default'], limits, volumes = {} }] of sized) {
    if (limits.diskMiB !== null) {
      room.rootPools[name] = devices.root?.pool ?? (await rootPoolOf(profiles, said))
    }
    const pools = [room.rootPools[name], ...Object.values(volumes).map(({ pool }) => pool)]
    for (const pool of pools) {
      if (pool === undefined || room.pools[pool] !== undefined) continue
      room.pools[pool] = parsePoolResources(await said(poolResources(pool))).totalBytes / MIB
    }
  }
  const ofDisk = sized.filter(([, { limits, image }]) => limits.diskMiB !== null && isLocalImage(image))
  if (ofDisk.length > 0) {
    const images = parseImages(await said(listImages({ project })))
    for (const [name, { image }] of ofDisk) {
      room.imageBytes[name] = images.find(({ aliases }) => aliases.includes(image))?.size
    }
  }
  return room
}

/** Of profiles that have a root disk the last one counts. */
export async function rootPoolOf(
  profiles: readonly string[],
  said: (command: ReturnType<typeof getProfile>) => Promise<string>,
): Promise<string | undefined> {
  for (const profile of profiles.toReversed()) {
    const pool = parseProfile(await said(getProfile(profile))).devices.root?.pool
    if (pool !== undefined) return pool
  }
  return undefined
}
