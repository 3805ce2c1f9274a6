import type { Backup, BackupTarget } from '../model.js'
import type { FullDeclaration } from '../schema/topology.js'
import { backupTarget } from '../schema/backup.js'
import { milliseconds } from '../values.js'
import { secretReference } from './secret.js'

type Declared = NonNullable<FullDeclaration['resources'][string]['backup']>

/** Backups in normal form. */
export const backup = (declared: Declared): Backup => ({
  to: target(declared),
  everyMs: milliseconds(declared.every),
  keep: declared.keep,
  key: secretReference(declared.key.secret),
})

/** A bucket without a way to its storage is refused by `check/backup.ts`, which reads what is written. */
function target({ to, s3 }: Declared): BackupTarget {
  const found = backupTarget(to)
  if (found?.kind !== 's3') return found ?? { kind: 'folder', path: to }
  return {
    ...found,
    endpoint: s3?.endpoint ?? '',
    region: s3?.region ?? '',
    accessKey: s3 === undefined ? { from: 'system', key: null } : secretReference(s3.accessKey.secret),
    secretKey: s3 === undefined ? { from: 'system', key: null } : secretReference(s3.secretKey.secret),
  }
}
