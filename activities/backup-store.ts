import type { BackupPlace } from '../src/contracts/index.js'
import { createFolderStore } from '../src/backups/folder-store.js'
import { backupKey, type BackupKey } from '../src/backups/key.js'
import { createS3Store } from '../src/backups/s3-store.js'
import type { BackupStore } from '../src/backups/store.js'
import { Cul8erError } from '../src/errors.js'
import { backupPlace } from '../src/plan/backups/place.js'
import type { Revision } from '../src/plan/model.js'
import { BACKUPS_PLACE, sealedBackupKey } from '../src/secrets/backup-key.js'
import { resolveSecret } from '../src/secrets/resolve.js'
import { openWithAny, secretContext } from '../src/secrets/seal.js'
import { secretSource } from '../src/secrets/sources/sources.js'
import type { SecretRef } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'
import { rememberSecret } from './secrets.js'

type Keys = Pick<ActivityDeps, 'sealKey' | 'formerKeys'>

/** What backups of a resource need, opened at the last moment. It stays inside of the activity that asks. */
export interface OpenedBackups {
  store: BackupStore
  key: BackupKey
}

/**
 * Opens the secrets of a resource's backups.
 * @throws Cul8erError SECRET_UNRESOLVED; the value is in none
 */
export async function openBackups(
  { topology, resource }: { topology: string; resource: string },
  place: BackupPlace,
  keys: Keys,
  signal: AbortSignal,
): Promise<OpenedBackups> {
  const { to, key } = place.backup
  const open = (ref: SecretRef, name: string): Promise<string> =>
    opened({ topology, ref, name: `resources.${resource}.backup.${name}` }, place, keys, signal)
  const own = backupKey(await open(key, 'key'), `resources.${resource}.backup.key`)
  if (to.kind === 'folder') return { key: own, store: createFolderStore(to.path) }
  const accessKey = (await open(to.accessKey, 's3.accessKey')).trim()
  const secretKey = (await open(to.secretKey, 's3.secretKey')).trim()
  return { key: own, store: createS3Store({ ...to, accessKey, secretKey }) }
}

/** The same of a revision. @throws Cul8erError NOT_FOUND where it declares no backups of the resource */
export async function openBackupsOf(
  revision: Revision,
  resource: string,
  keys: Keys,
  signal: AbortSignal,
): Promise<OpenedBackups> {
  const place = backupPlace(revision, resource)
  if (place !== null) return openBackups({ topology: revision.topology.name, resource }, place, keys, signal)
  throw new Cul8erError('NOT_FOUND', `revision ${revision.number} declares no backups of ${resource}`, {
    final: true,
    hint: `declare \`backup\` for ${resource}, with the key that was used, and deploy that first`,
  })
}

async function opened(
  { topology, ref, name }: { topology: string; ref: SecretRef; name: string },
  { sealed }: Pick<BackupPlace, 'sealed'>,
  { sealKey, formerKeys }: Keys,
  signal: AbortSignal,
): Promise<string> {
  const box = sealed[sealedBackupKey(ref)]
  const context = secretContext(topology, BACKUPS_PLACE, ref.key ?? '')
  const value =
    box === undefined
      ? await resolveSecret(ref, name, { env: process.env, signal })
      : openWithAny(box, [sealKey, ...formerKeys], context)
  rememberSecret(context, value)
  return value
}

/**
 * A key that nobody has, or that is none, is refused before anything is made. What a command gives is not asked for here: it is run at the
 * last moment.
 */
export async function refuseKeyless(revision: Revision, keys: Keys, signal: AbortSignal): Promise<void> {
  for (const resource of Object.keys(revision.topology.resources)) {
    const place = backupPlace(revision, resource)
    if (place === null) continue
    const { key, to } = place.backup
    const refs = [key, ...(to.kind === 'folder' ? [] : [to.accessKey, to.secretKey])]
    if (refs.some(({ from }) => secretSource(from).runsSomething === true)) continue
    await openBackups({ topology: revision.topology.name, resource }, place, keys, signal)
  }
}
