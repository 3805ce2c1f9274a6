import type { BackupPlace } from '../../contracts/backup.js'
import type { SecretRef } from '../../topology/model.js'
import { sealedBackupKey } from '../../secrets/backup-key.js'
import type { Revision } from '../model.js'

/** Where backups of a resource are; null: the revision declares none. */
export function backupPlace(
  { topology, sealed }: Pick<Revision, 'topology' | 'sealed'>,
  resource: string,
): BackupPlace | null {
  const backup = topology.resources[resource]?.backup
  if (backup === undefined) return null
  const boxes = secretsOf(backup).flatMap((ref) => {
    const key = sealedBackupKey(ref)
    const box = sealed[key]
    return box === undefined ? [] : [[key, box] as const]
  })
  return { backup, sealed: Object.fromEntries(boxes) }
}

const secretsOf = ({ key, to }: BackupPlace['backup']): SecretRef[] => [
  key,
  ...(to.kind === 'folder' ? [] : [to.accessKey, to.secretKey]),
]
