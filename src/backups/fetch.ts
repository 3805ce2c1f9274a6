import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import type { Transfer } from '../hosts/stall-watch.js'
import {
  addDevice,
  assignProfiles,
  deleteInstance,
  deleteVolume,
  removeDevice,
  renameVolume,
  setConfig,
  setVolume,
  stopInstance,
} from '../incus/index.js'
import { already } from '../instances/already.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { VolumeSpec } from '../plan/model.js'
import { powersInWords, undeclaredPowers, type Declared } from '../plan/replication/powers.js'
import { decrypted } from './encryption.js'
import { asking, importBytes } from './incus-transfer.js'
import type { BackupKey } from './key.js'
import { rawInstance, rawVolume } from './look.js'
import { BACKUP_AT_LABEL, BACKUP_LABEL } from './make.js'
import { partOf, type Manifest } from './manifest.js'
import { asideVolume, fetchedVolume } from './names.js'
import type { BackupStore } from './store.js'

/** An instance that a backup becomes, on its host. */
export interface Fetching {
  executor: HostExecutor
  topology: string
  project: string | null
  /** Of the instance. */
  name: string
  /** Those of the backup, as they are declared. */
  volumes: readonly VolumeSpec[]
  /** What has the place until then, where it is on the same host; absent: nothing is. */
  aside?: string | undefined
  /** Number of the operation, in the names of volumes that make room or wait for it. */
  operation: number
}

/**
 * Brings a backup to a host, beside what is there: an instance that does not run, without volumes and without powers that are not declared,
 * and its volumes under names of their own. Twice is as good as once.
 * @returns what was taken off it, in words; null: nothing
 * @throws Cul8erError ARTIFACT_BROKEN where anything was changed, and NAME_CLASH: nothing of it is there then; as the host and the store answer
 */
export async function fetchBackup(
  at: Fetching,
  { store, key, manifest, declared }: { store: BackupStore; key: BackupKey; manifest: Manifest; declared: Declared },
  how: Transfer,
): Promise<{ taken: string | null }> {
  const { executor, topology, project, name, volumes, operation } = at
  const { signal } = how
  const where = { project }
  const to = asking(executor)
  await dropFetched(at, signal)
  for (const { name: wanted, pool } of volumes) {
    const { [`${LABEL_PREFIX}topology`]: of = topology } =
      (await rawVolume(executor, { pool, name: wanted }, where, signal))?.config ?? {}
    if (of !== topology) throw clash(`volume ${wanted}`, executor.host)
  }
  const clear = async (file: string): Promise<AsyncIterable<Uint8Array>> =>
    decrypted(await store.read(manifest.topology, manifest.id, file, signal), key, partOf(manifest, file))
  for (const part of manifest.parts) {
    const spec = volumes.find(({ device }) => device === part.volume)
    if (spec === undefined) continue
    const volume = { pool: spec.pool, name: fetchedVolume(spec.name, operation) }
    await importBytes(to, { volume }, await clear(part.name), where, how)
    const labels = { [`${LABEL_PREFIX}topology`]: '', [BACKUP_LABEL]: manifest.id }
    await executor.run(setVolume(volume, labels, where), { signal })
  }
  const instance = manifest.parts.find(({ volume }) => volume === undefined)
  if (instance === undefined) throw new Cul8erError('ARTIFACT_BROKEN', `backup ${manifest.id} has no instance`)
  await importBytes(to, { instance: name }, await clear(instance.name), where, how)
  // At once: a host that is restarted starts what says so.
  return { taken: await withoutPowers(at, { manifest, declared }, signal) }
}

/** All of it comes from the host of its original, configuration included, and whoever is root there must not become so on this one. */
async function withoutPowers(
  { executor, name, project, volumes }: Fetching,
  { manifest, declared }: { manifest: Manifest; declared: Declared },
  signal: AbortSignal,
): Promise<string | null> {
  const where = { project }
  const found = await rawInstance(executor, name, where, signal)
  if (found === null) throw new Cul8erError('NOT_FOUND', `${name} was not made of the backup on ${executor.host}`)
  const config = withoutLabels(found.config ?? {})
  const has = { config, devices: found.devices ?? {}, profiles: found.profiles ?? [] }
  const powers = undeclaredPowers(has, { ...declared, volumes: [] })
  const unset = Object.fromEntries(powers.config.map((key) => [key, '']))
  const labels = { [`${LABEL_PREFIX}topology`]: '', [BACKUP_LABEL]: manifest.id, 'boot.autostart': 'false' }
  await executor.run(setConfig(name, { ...unset, ...labels }, where), { signal })
  for (const device of powers.devices) await executor.run(removeDevice(name, device, where), { signal })
  for (const { device } of volumes) {
    if (has.devices[device] === undefined || powers.devices.includes(device)) continue
    await executor.run(removeDevice(name, device, where), { signal })
  }
  if (powers.profiles !== undefined) await executor.run(assignProfiles(name, powers.profiles, where), { signal })
  return powersInWords(powers)
}

const withoutLabels = (config: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !/^(user|volatile|image)\./.test(key)))

/** What is fetched, and has nobody's place, goes; already gone is done. @throws Cul8erError NAME_CLASH where another has its name */
export async function dropFetched(
  { executor, name, project, volumes, operation }: Fetching,
  signal: AbortSignal,
): Promise<void> {
  const where = { project }
  const found = await rawInstance(executor, name, where, signal)
  if (found !== null) {
    if (!found.config?.[BACKUP_LABEL] || found.config[`${LABEL_PREFIX}topology`]) {
      throw clash(`instance ${name}`, executor.host)
    }
    await already('NOT_FOUND', () => executor.run(deleteInstance(name, { ...where, force: true }), { signal }))
  }
  for (const { name: volume, pool } of volumes) {
    const fetched = { pool, name: fetchedVolume(volume, operation) }
    if ((await rawVolume(executor, fetched, where, signal)) === null) continue
    await already('NOT_FOUND', () => executor.run(deleteVolume(fetched, where), { signal }))
  }
}

const clash = (what: string, host: string): Cul8erError =>
  new Cul8erError('NAME_CLASH', `${what} on ${host} exists and is not of this restore`, { hint: 'rename or remove it' })

/** What the restored instance says of itself. */
export interface Placing {
  /** Labels, as Incus config. */
  labels: Record<string, string>
  /** Devices of its volumes, as they are declared. */
  devices: Record<string, Record<string, string>>
  /** Volumes that are declared, and that no backup brought. */
  others?: readonly VolumeSpec[] | undefined
  /** Whether its host starts it with itself, as it is declared; '': nothing is. */
  autostart: string
}

/** What was fetched takes the place; its volumes have their names, and those of before have others. Twice is as good as once. */
export async function placeFetched(
  { executor, project, name, volumes, operation, topology, aside }: Fetching,
  { labels, devices, others = [], autostart }: Placing,
  signal: AbortSignal,
): Promise<void> {
  const where = { project }
  for (const { name: volume, pool, device } of volumes) {
    const keys = { type: 'disk', pool, ...devices[device], source: volume }
    const fetched = { pool, name: fetchedVolume(volume, operation) }
    const final = { pool, name: volume }
    const kept = { pool, name: asideVolume(volume, operation) }
    // The names say how far an attempt before this one came.
    if ((await rawVolume(executor, fetched, where, signal)) !== null) {
      if ((await rawVolume(executor, final, where, signal)) !== null) {
        await detached(executor, aside, device, where, signal)
        await executor.run(renameVolume(final, kept.name, where), { signal })
      }
      await executor.run(renameVolume(fetched, volume, where), { signal })
    }
    if ((await rawVolume(executor, kept, where, signal)) !== null) {
      await attached(executor, aside, device, { ...keys, source: kept.name }, where, signal)
    }
    const own = { [`${LABEL_PREFIX}topology`]: topology, [`${LABEL_PREFIX}role`]: '', [BACKUP_LABEL]: '' }
    await executor.run(setVolume(final, own, where), { signal })
    await attached(executor, name, device, keys, where, signal)
  }
  for (const { name: source, pool, device } of others) {
    await attached(executor, name, device, { type: 'disk', pool, ...devices[device], source }, where, signal)
  }
  const config = { ...labels, [BACKUP_LABEL]: '', [BACKUP_AT_LABEL]: '', 'boot.autostart': autostart }
  await executor.run(setConfig(name, config, where), { signal })
}

/** Incus 6.0 takes 30 s to rename a volume that an instance has, running or not, and 0.1 s for another. */
async function detached(
  executor: HostExecutor,
  name: string | undefined,
  device: string,
  where: { project: string | null },
  signal: AbortSignal,
): Promise<void> {
  const found = name === undefined ? null : await rawInstance(executor, name, where, signal)
  if (name === undefined || found?.devices?.[device] === undefined) return
  await executor.run(removeDevice(name, device, where), { signal })
}

/** Where it has the device already it is left as it is. */
async function attached(
  executor: HostExecutor,
  name: string | undefined,
  device: string,
  keys: Record<string, string>,
  where: { project: string | null },
  signal: AbortSignal,
): Promise<void> {
  const found = name === undefined ? null : await rawInstance(executor, name, where, signal)
  if (name === undefined || found === null || found.devices?.[device] !== undefined) return
  await executor.run(addDevice(name, device, keys, where), { signal })
}

/** The way back: stopped, without its volumes, which have the names again under which they came. Twice is as good as once. */
export async function takeOut(
  { executor, project, name, volumes, operation, aside }: Fetching,
  { id, devices }: { id: string } & Pick<Placing, 'devices'>,
  signal: AbortSignal,
): Promise<void> {
  const where = { project }
  const found = await rawInstance(executor, name, where, signal)
  if (found !== null) {
    await already('ALREADY_EXISTS', () => executor.run(stopInstance(name, { ...where, force: true }), { signal }))
    const config = { [`${LABEL_PREFIX}topology`]: '', [BACKUP_LABEL]: id, 'boot.autostart': 'false' }
    await executor.run(setConfig(name, config, where), { signal })
  }
  for (const { name: volume, pool, device } of volumes) {
    const fetched = { pool, name: fetchedVolume(volume, operation) }
    const final = { pool, name: volume }
    const kept = { pool, name: asideVolume(volume, operation) }
    await detached(executor, name, device, where, signal)
    if (
      (await rawVolume(executor, final, where, signal)) !== null &&
      (await rawVolume(executor, fetched, where, signal)) === null
    ) {
      await executor.run(renameVolume(final, fetched.name, where), { signal })
    }
    if ((await rawVolume(executor, kept, where, signal)) !== null) {
      await detached(executor, aside, device, where, signal)
      await executor.run(renameVolume(kept, volume, where), { signal })
    }
    if ((await rawVolume(executor, final, where, signal)) === null) continue
    const keys = { type: 'disk', pool, ...devices[device], source: volume }
    await attached(executor, aside, device, keys, where, signal)
  }
}
