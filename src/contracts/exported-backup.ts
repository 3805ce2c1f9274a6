import * as z from 'zod'
import { SOONEST_BACKUP_MS } from '../topology/limits.js'
import type { Backup } from '../topology/model.js'
import { backupTarget, isEndpoint } from '../topology/schema/backup.js'
import { normalisedSecret } from '../topology/schema/secret.js'
import { section, whole } from '../topology/schema/words.js'

const FOLDER = 'an absolute folder'
const LONGEST_MS = 10 * 366 * 24 * 3_600_000

/** Backups as an exported topology has them. */
export const exportedBackup: z.ZodType<Backup> = section({
  to: z.union([
    section({
      kind: z.literal('folder'),
      path: z.string().refine((path) => backupTarget(path)?.kind === 'folder', { error: FOLDER }),
    }),
    section({
      kind: z.literal('s3'),
      bucket: z.string().refine((bucket) => backupTarget(`s3://${bucket}`)?.kind === 's3', { error: 'a bucket' }),
      prefix: z.string().refine((prefix) => prefix === '' || backupTarget(`s3://bucket/${prefix}`)?.kind === 's3', {
        error: 'a prefix',
      }),
      endpoint: z.string().refine(isEndpoint, { error: 'the URL of a storage' }),
      region: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: 'a region' }),
      accessKey: normalisedSecret,
      secretKey: normalisedSecret,
    }),
  ]),
  everyMs: whole(SOONEST_BACKUP_MS, LONGEST_MS),
  keep: whole(1, 1_000),
  key: normalisedSecret,
})
