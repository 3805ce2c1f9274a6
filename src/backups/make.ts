import { createHash, randomInt } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import type { Transfer } from '../hosts/stall-watch.js'
import {
  copyInstance,
  copyVolumeAs,
  deleteInstance,
  deleteVolume,
  setConfig,
  setVolume,
  type VolumeRef,
} from '../incus/index.js'
import { already } from '../instances/already.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { Ours } from '../plan/planned-change.js'
import { attachedByDevice } from '../plan/attached-volumes.js'
import { encrypted } from './encryption.js'
import { asking, exportedBytes, type Exported } from './incus-transfer.js'
import { rawInstance, rawVolume } from './look.js'
import type { BackupKey } from './key.js'
import { MANIFEST, partOf, writtenManifest, type BackupPart, type Manifest } from './manifest.js'
import { backupId, copyName, isBackupOf } from './names.js'
import { pruneBackups } from './prune.js'
import type { BackupStore, BackupWriter } from './store.js'

/** Copying inside of a pool, where that cannot share what is the same, ms. */
const COPY_MS = 2 * 60 * 60_000
/** What is put in order after an end that nobody waits for, ms. */
const TIDY_MS = 60_000

/** What says of an instance or volume that it is a backup's, and of which. */
export const BACKUP_LABEL = `${LABEL_PREFIX}backup`
/** When an instance was backed up last; its own word, as with copies. */
export const BACKUP_AT_LABEL = `${LABEL_PREFIX}backup.at`

export interface BackingUp {
  topology: string
  project: string | null
  original: Ours
  executor: HostExecutor
  store: BackupStore
  key: BackupKey
  /** Backups of this instance that stay. */
  keep: number
}

/**
 * Makes a backup of an instance with its volumes. They are copied one right after another inside of their pools, while the app runs; what is
 * sent away are these copies. Twice is as good as once, and what a dead worker left of an attempt goes first.
 * @throws as the host and the store answer; the signal's reason. Nothing of it is left then, as far as they still answer
 */
export async function makeBackup(
  { topology, project, original, executor, store, key, keep }: BackingUp,
  how: Transfer,
): Promise<Manifest> {
  const { signal } = how
  const from = asking(executor)
  const { resource, index } = original.labels
  const where = { project }
  const copies = copiesFor({ topology, project, original })
  await tidyBackup({ topology, original, store, key }, signal)
  await removeCopies(executor, copies, where, signal)
  const takenAt = new Date()
  const id = backupId({ resource, index }, takenAt, key.id, chance())
  let mayBeWhole = false
  try {
    await copy(executor, { original, copies, of: id }, where, signal)
    const writer = await store.begin(topology, id, signal)
    const parts: BackupPart[] = []
    for (const { name, what, volume } of copies.parts) {
      const bytes = exportedBytes(from, what, where, how)
      parts.push(await put(writer, { name, bytes, key, of: partOf({ topology, id }, name), volume }))
    }
    const manifest: Manifest = {
      ...{
        format: 1,
        id,
        topology,
        resource,
        index,
        instance: original.name,
        host: original.host,
        type: original.type,
      },
      ...{ takenAt: takenAt.toISOString(), madeAt: new Date().toISOString(), key: key.id, parts },
    }
    await refuseOthers(executor, { copies, of: id }, where, signal)
    signal.throwIfAborted()
    mayBeWhole = true
    await writer.commit(MANIFEST, writtenManifest(manifest, key))
    await executor.run(setConfig(original.name, { [BACKUP_AT_LABEL]: manifest.takenAt }, where), { signal })
    const kept = { keep, made: id, since: original.createdAt }
    await pruneBackups({ store, topology, replica: { resource, index }, key, ...kept }, signal)
    return manifest
  } catch (error) {
    // What may be whole already is left: an attempt after this one removes it where it is not.
    if (!mayBeWhole) await store.remove(topology, id, AbortSignal.timeout(TIDY_MS)).catch(() => undefined)
    throw error
  } finally {
    await removeCopies(executor, copies, where, AbortSignal.timeout(TIDY_MS), id).catch(() => undefined)
  }
}

/** Removes what a worker that died in the middle left in the store. */
async function tidyBackup(
  { topology, original, store, key }: Pick<BackingUp, 'topology' | 'original' | 'store' | 'key'>,
  signal: AbortSignal,
): Promise<void> {
  for (const id of await store.begun(topology, signal)) {
    if (isBackupOf(id, original.labels, key.id)) await store.remove(topology, id, signal)
  }
}

/** What is copied, and what is sent away of that. */
interface Copies {
  instance: string
  volumes: { device: string; volume: VolumeRef; copy: VolumeRef }[]
  parts: { name: string; what: Exported; volume?: string }[]
}

function copiesFor({ topology, project, original }: Pick<BackingUp, 'topology' | 'project' | 'original'>): Copies {
  const instance = copyName(topology, project, original.name)
  const volumes = attachedByDevice(original, topology, original.labels).map(({ device, volume }, number) => ({
    device,
    volume,
    copy: { pool: volume.pool, name: `${instance}.${number}` },
  }))
  return {
    instance,
    volumes,
    parts: [
      { name: 'instance.enc', what: { instance } },
      ...volumes.map(({ device, copy: volume }) => ({
        name: `volume-${device}.enc`,
        what: { volume },
        volume: device,
      })),
    ],
  }
}

async function copy(
  executor: HostExecutor,
  { original, copies, of }: { original: Ours; copies: Copies; of: string },
  where: { project: string | null },
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, timeoutMs: COPY_MS }
  for (const { volume, copy } of copies.volumes) {
    await executor.run(copyVolumeAs(volume, copy.name, where), options)
  }
  // It is nobody's instance, and has nobody's volumes.
  const config = { [`${LABEL_PREFIX}topology`]: '', [BACKUP_LABEL]: of, 'boot.autostart': 'false' }
  const devices = Object.fromEntries(copies.volumes.map(({ device }) => [device, { type: 'none' }]))
  const how = { ...where, instanceOnly: true, stateless: true, config, devices }
  await executor.run(copyInstance(original.name, copies.instance, how), options)
  for (const { copy } of copies.volumes) {
    await executor.run(setVolume(copy, { [`${LABEL_PREFIX}topology`]: '', [BACKUP_LABEL]: of }, where), { signal })
  }
}

/**
 * The copies are those of this backup still. A worker that lost touch goes on for a while beside the one that took over, which removes its
 * copies and makes its own: what the first has sent by then may be of two moments.
 * @throws Cul8erError IN_USE where they are not
 */
async function refuseOthers(
  executor: HostExecutor,
  { copies: { instance, volumes }, of }: { copies: Copies; of: string },
  where: { project: string | null },
  signal: AbortSignal,
): Promise<void> {
  const found = [
    await rawInstance(executor, instance, where, signal),
    ...(await Promise.all(volumes.map(({ copy }) => rawVolume(executor, copy, where, signal)))),
  ]
  if (found.every((each) => each?.config?.[BACKUP_LABEL] === of)) return
  throw new Cul8erError('IN_USE', `another worker has begun a backup of the same instance on ${executor.host}`, {
    hint: 'it is made there; this one is left out',
  })
}

/**
 * @param of - only those of this backup, and what nobody has labelled yet; absent: whoever made them
 * @throws Cul8erError NAME_CLASH where somebody else has the name; as the host answers
 */
async function removeCopies(
  executor: HostExecutor,
  { instance, volumes }: Copies,
  where: { project: string | null },
  signal: AbortSignal,
  of?: string,
): Promise<void> {
  const isAnothers = (label: string | undefined): boolean => of !== undefined && Boolean(label) && label !== of
  const found = await rawInstance(executor, instance, where, signal)
  if (isAnothers(found?.config?.[BACKUP_LABEL])) return
  if (found !== null) {
    if (!found.config?.[BACKUP_LABEL]) throw taken(`instance ${instance}`, executor.host)
    await already('NOT_FOUND', () => executor.run(deleteInstance(instance, { ...where, force: true }), { signal }))
  }
  for (const { copy } of volumes) {
    const volume = await rawVolume(executor, copy, where, signal)
    if (volume === null || isAnothers(volume.config?.[BACKUP_LABEL])) continue
    await already('NOT_FOUND', () => executor.run(deleteVolume(copy, where), { signal }))
  }
}

const taken = (what: string, host: string): Cul8erError =>
  new Cul8erError('NAME_CLASH', `${what} on ${host} exists and is not a backup's copy`, { hint: 'rename or remove it' })

/** Encrypts and keeps one part. */
async function put(
  writer: BackupWriter,
  {
    name,
    bytes,
    key,
    of,
    volume,
  }: { name: string; bytes: AsyncIterable<Uint8Array>; key: BackupKey; of: string; volume?: string | undefined },
): Promise<BackupPart> {
  const hash = createHash('sha256')
  const clear = (async function* () {
    for await (const piece of bytes) {
      hash.update(piece)
      yield piece
    }
  })()
  const size = await writer.put(name, encrypted(clear, key, of))
  return { name, ...(volume === undefined ? {} : { volume }), size, sha256: hash.digest('hex') }
}

const chance = (): string =>
  randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0')
