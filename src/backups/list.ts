import { Cul8erError } from '../errors.js'
import { notThere } from './folder-store.js'
import type { BackupKey } from './key.js'
import { LONGEST_MANIFEST, MANIFEST, readManifest, type Manifest } from './manifest.js'
import { isBackupId } from './names.js'
import type { BackupStore } from './store.js'

/** What a store has of a topology. */
export interface Found {
  /** Whole ones, the newest first. */
  backups: Manifest[]
  /** Names of those that were made with another key. */
  otherKey: string[]
  /** Names of those that something is wrong with: changed, cut off, or of another topology. */
  broken: string[]
}

/** Manifests read at the same time. */
const AT_ONCE = 8

/** The backups of a topology. One that lacks a file, or whose file has another size, is not whole. */
export async function wholeBackups(
  { store, topology, key }: { store: BackupStore; topology: string; key: BackupKey },
  signal: AbortSignal,
): Promise<Found> {
  const ids = await store.list(topology, signal)
  const found: Found = { backups: [], otherKey: [], broken: [] }
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id) => {
        const manifest = await read(store, topology, id, key, signal)
        if (manifest === 'otherKey') found.otherKey.push(id)
        else if (manifest === null) found.broken.push(id)
        else found.backups.push(manifest)
      }),
    )
  }
  found.backups.sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1))
  return found
}

/**
 * One whole backup.
 * @throws Cul8erError NOT_FOUND; ARTIFACT_BROKEN; SECRET_UNRESOLVED where it was made with another key
 */
export async function wholeBackup(
  { store, topology, key, id }: { store: BackupStore; topology: string; key: BackupKey; id: string },
  signal: AbortSignal,
): Promise<Manifest> {
  if (!isBackupId(id) || (await store.size(topology, id, MANIFEST, signal)) === null) throw notThere(topology, id)
  const manifest = await read(store, topology, id, key, signal)
  if (manifest === 'otherKey') {
    throw new Cul8erError('SECRET_UNRESOLVED', `backup ${id} of ${topology} was made with another key`, {
      hint: 'give the key that was declared then: its file or variable in `backup.key`, deployed again',
    })
  }
  if (manifest !== null) return manifest
  throw new Cul8erError('ARTIFACT_BROKEN', `backup ${id} of ${topology} was cut off or changed, or is another one`, {
    hint: 'cul8er backups lists those that are whole',
  })
}

async function read(
  store: BackupStore,
  topology: string,
  id: string,
  key: BackupKey,
  signal: AbortSignal,
): Promise<Manifest | 'otherKey' | null> {
  const size = await store.size(topology, id, MANIFEST, signal)
  if (size === null || size > LONGEST_MANIFEST) return null
  const pieces: Uint8Array[] = []
  for await (const piece of await store.read(topology, id, MANIFEST, signal)) pieces.push(piece)
  const manifest = readManifest(Buffer.concat(pieces).toString('utf8'), key)
  if (manifest === null || manifest === 'otherKey') return manifest
  // One that was moved is not what its place says.
  if (manifest.id !== id || manifest.topology !== topology) return null
  for (const part of manifest.parts) {
    if ((await store.size(topology, id, part.name, signal)) !== part.size) return null
  }
  return manifest
}
