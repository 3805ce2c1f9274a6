import { Cul8erError, isCode } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import {
  createVolume,
  createVolumeSnapshot,
  deleteVolume,
  deleteVolumeSnapshot,
  getVolume,
  listPools,
  listVolumes,
  listVolumeSnapshots,
  parsePools,
  parseVolume,
  parseVolumes,
  parseVolumeSnapshots,
  restoreVolumeSnapshot,
  setVolume,
  type IncusVolume,
  type VolumeRef,
} from '../src/incus/index.js'
import { lookAt } from '../src/instances/look.js'
import { isOurSnapshot, superfluous } from '../src/naming/snapshot-names.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { InstanceSpec, ObservedInstance } from '../src/plan/model.js'
import { volumeLabels, volumeMiB, type Storage } from '../src/plan/volumes.js'
import type { Host } from '../src/topology/model.js'
import { already } from '../src/instances/already.js'

interface Where {
  host: string
  project: string | null
}

/** A volume's snapshot may have to copy all of it, ms. */
const SNAPSHOT_MS = 5 * 60_000

/**
 * The volumes of an instance are there, as large as declared, and nobody else writes to them.
 * @param made - name of the operation for ever: a volume that it made is known by it
 * @throws Cul8erError NAME_CLASH, IN_USE while another instance that has one runs
 */
export async function ensureVolumes(
  executor: HostExecutor,
  spec: Pick<InstanceSpec, 'topology' | 'resource' | 'index' | 'host' | 'name' | 'project' | 'volumes'>,
  made: string,
  signal: AbortSignal,
): Promise<void> {
  for (const volume of spec.volumes ?? []) {
    const size: Record<string, string> = volume.sizeMiB === null ? {} : { size: `${volume.sizeMiB}MiB` }
    try {
      await executor.run(createVolume(volume, { ...size, ...volumeLabels(spec, volume, made) }, spec), { signal })
    } catch (error) {
      if (!isCode(error, 'ALREADY_EXISTS')) throw error
      const found = await lookAtVolume(executor, volume, spec, signal)
      if (found === null) throw error
      if (topologyOf(found) !== spec.topology) throw foreign(volume, spec.host)
      await refuseSecondWriter(executor, spec, found, signal)
      const actual = volumeMiB(found.config.size)
      if (volume.sizeMiB !== null && (actual === null || actual < volume.sizeMiB)) {
        await executor.run(setVolume(volume, size, spec), { signal })
      }
    }
  }
}

/** Incus lets two containers have a volume of files at the same time. */
async function refuseSecondWriter(
  executor: HostExecutor,
  spec: Pick<InstanceSpec, 'host' | 'name' | 'project'>,
  { name, usedBy }: IncusVolume,
  signal: AbortSignal,
): Promise<void> {
  for (const other of usedBy.filter((each) => each !== spec.name)) {
    const found = await lookAt(executor, { host: spec.host, name: other, project: spec.project }, signal)
    if (found === null || found.status === 'Stopped') continue
    throw new Cul8erError('IN_USE', `volume ${name} on ${spec.host} is in use by ${other}, which is running`, {
      hint: `two instances must not write to one volume: stop ${other}`,
      details: { volume: name, host: spec.host, instance: other },
    })
  }
}

/**
 * No other instance that runs has a volume of this one.
 * @throws Cul8erError IN_USE while one does
 */
export async function refuseOtherWriters(
  executor: HostExecutor,
  { name, devices, labels }: ObservedInstance,
  { host, project }: Where,
  signal: AbortSignal,
): Promise<void> {
  if (labels === null) return
  for (const volume of attachedVolumes({ devices }, labels.topology, labels)) {
    const found = await lookAtVolume(executor, volume, { project }, signal)
    if (found !== null) await refuseSecondWriter(executor, { name, host, project }, found, signal)
  }
}

const topologyOf = ({ config }: Pick<IncusVolume, 'config'>): string | null => config[`${LABEL_PREFIX}topology`] ?? null

const foreign = ({ name }: VolumeRef, host: string): Cul8erError =>
  new Cul8erError('NAME_CLASH', `volume ${name} on ${host} exists and does not belong to this topology`, {
    hint: 'cul8er does not touch it: rename it or the volume',
    details: { volume: name, host },
  })

async function lookAtVolume(
  executor: HostExecutor,
  volume: VolumeRef,
  { project }: Pick<Where, 'project'>,
  signal: AbortSignal,
): Promise<IncusVolume | null> {
  try {
    return parseVolume((await executor.run(getVolume(volume, { project }), { signal })).stdout)
  } catch (error) {
    if (isCode(error, 'NOT_FOUND')) return null
    throw error
  }
}

/** Snapshots of one name of all volumes of an instance; those that were there before are left as they are. */
export async function snapshotVolumes(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { snapshot, ...where }: Where & { snapshot: string },
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    await already('ALREADY_EXISTS', () =>
      executor.run(createVolumeSnapshot(volume, snapshot, where), { signal, timeoutMs: SNAPSHOT_MS }),
    )
  }
}

/** Names of the snapshots that any of these volumes has. */
export async function volumeSnapshots(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  where: Pick<Where, 'project'>,
  signal: AbortSignal,
): Promise<string[]> {
  const names: string[] = []
  for (const volume of volumes) {
    const { stdout } = await executor.run(listVolumeSnapshots(volume, where), { signal, timeoutMs: LIST_MS })
    names.push(...parseVolumeSnapshots(stdout))
  }
  return names
}

/** Deletes the snapshot of each volume that has one of the name. */
export async function removeSnapshots(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { snapshot, ...where }: Where & { snapshot: string },
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    await already('NOT_FOUND', () => executor.run(deleteVolumeSnapshot(volume, snapshot, where), { signal }))
  }
}

/** Takes snapshots of volumes back whose instance has none of the name. */
export async function forgetSnapshots(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { snapshot, ...where }: Where & { snapshot: string },
): Promise<void> {
  for (const volume of volumes) {
    // Pruned later on where it cannot be done now; the failure that led here is the one to tell.
    await executor.run(deleteVolumeSnapshot(volume, snapshot, where)).catch(() => undefined)
  }
}

/**
 * The volumes that a snapshot of their instance covers. One that was made later has none, and stays as it is.
 * @throws Cul8erError NOT_SUPPORTED_YET when one lacks the snapshot: an instance and its volumes go back together or not at all
 */
export async function coveredVolumes(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { snapshot, found, ...where }: Where & { snapshot: string; found: ObservedInstance },
  signal: AbortSignal,
): Promise<VolumeRef[]> {
  const taken = found.snapshots.find(({ name }) => name === snapshot)
  if (taken === undefined) return []
  const covered: VolumeRef[] = []
  for (const volume of volumes) {
    const names = parseVolumeSnapshots((await executor.run(listVolumeSnapshots(volume, where), { signal })).stdout)
    if (names.includes(snapshot)) {
      covered.push(volume)
      continue
    }
    const there = await lookAtVolume(executor, volume, where, signal)
    if (there !== null && Date.parse(there.createdAt) > Date.parse(taken.createdAt)) continue
    throw new Cul8erError(
      'NOT_SUPPORTED_YET',
      `volume ${volume.name} on ${where.host} has no snapshot ${snapshot}, which its instance ${found.name} has: an instance and its volumes are restored together or not at all`,
      {
        hint: 'choose another snapshot (cul8er snapshots)',
        details: { volume: volume.name, host: where.host, snapshot },
      },
    )
  }
  return covered
}

/** Puts volumes back; no instance that has them runs. */
export async function restoreVolumes(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { snapshot, ...where }: Where & { snapshot: string },
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    await executor.run(restoreVolumeSnapshot(volume, snapshot, where), { signal, timeoutMs: SNAPSHOT_MS })
  }
}

/** A volume may have snapshots of instances that were replaced since: they count by themselves. */
export async function pruneVolumes(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { keep, spent, ...where }: Where & { keep: number; spent?: string },
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    const names = parseVolumeSnapshots((await executor.run(listVolumeSnapshots(volume, where), { signal })).stdout)
    for (const name of superfluous(names.filter(isOurSnapshot), { keep, ...(spent === undefined ? {} : { spent }) })) {
      await already('NOT_FOUND', () => executor.run(deleteVolumeSnapshot(volume, name, where), { signal }))
    }
  }
}

/** Volumes that this very operation made for an instance that is taken back: nobody wrote to them before. */
export async function removeMade(
  executor: HostExecutor,
  volumes: readonly VolumeRef[],
  { made, topology, ...where }: Where & { made: string; topology: string },
  signal: AbortSignal,
): Promise<void> {
  for (const volume of volumes) {
    const found = await lookAtVolume(executor, volume, where, signal)
    if (found === null || topologyOf(found) !== topology || found.config[`${LABEL_PREFIX}made`] !== made) continue
    await removeVolume(executor, volume, { topology, ...where }, signal)
  }
}

/** Deletes a volume if it is the topology's; already gone is done. */
export async function removeVolume(
  executor: HostExecutor,
  volume: VolumeRef,
  { topology, ...where }: Where & { topology: string },
  signal: AbortSignal,
): Promise<void> {
  const found = await lookAtVolume(executor, volume, where, signal)
  if (found === null || topologyOf(found) !== topology) return
  await already('NOT_FOUND', () => executor.run(deleteVolume(volume, where), { signal }))
}

/** A host that answers a list slower than this is not well, ms. */
const LIST_MS = 20_000

/** Pools and custom volumes of hosts; `project` null is the default one, undefined all of them. */
export async function storageOf(
  executorFor: (name: string, host: Host) => HostExecutor,
  hosts: Record<string, Host>,
  project: string | null | undefined,
  signal: AbortSignal,
): Promise<Storage[]> {
  return Promise.all(
    Object.entries(hosts).map(async ([host, via]) => {
      const executor = executorFor(host, via)
      const { stdout } = await executor.run(listPools(), { signal, timeoutMs: LIST_MS })
      const pools = parsePools(stdout).map(({ name }) => name)
      const volumes = await Promise.all(
        pools.map(async (pool) => {
          const where = project === undefined ? { allProjects: true } : { project }
          const found = await volumesIn(executor, pool, where, signal)
          return found.map((volume) => ({
            host,
            pool,
            name: volume.name,
            sizeMiB: volumeMiB(volume.config.size),
            topology: topologyOf(volume),
            usedBy: volume.usedBy,
            project: volume.project,
            createdAt: volume.createdAt,
            resource: volume.config[`${LABEL_PREFIX}resource`] ?? '',
            ...(volume.config[`${LABEL_PREFIX}role`] === 'replica' ? { replica: true as const } : {}),
          }))
        }),
      )
      return { host, pools, volumes: volumes.flat() }
    }),
  )
}

async function volumesIn(
  executor: HostExecutor,
  pool: string,
  where: { project?: string | null; allProjects?: boolean },
  signal: AbortSignal,
): Promise<IncusVolume[]> {
  try {
    const { stdout } = await executor.run(listVolumes(pool, where), { signal, timeoutMs: LIST_MS })
    return parseVolumes(stdout)
  } catch (error) {
    // A project that does not exist yet holds nothing.
    if (isCode(error, 'NOT_FOUND')) return []
    throw error
  }
}
