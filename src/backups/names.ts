import { createHash } from 'node:crypto'
import { incusName } from '../naming/instance-names.js'
import type { Replica } from '../plan/specs.js'

/* Names of backups: of what, when, with which key, and by chance. So it is known whose one is that was not completed. */

/** `db-2-20261123-141530-1a2b3c4dxxxx`. @param chance - 4 characters of a-z and 0-9 */
export const backupId = (replica: Replica, at: Date, keyId: string, chance: string): string =>
  `${placeOf(replica)}-${at.toISOString().replaceAll(/[-:]/g, '').replace('T', '-').replace(/\..*/, '')}-${keyId}${chance}`

/** Whether a backup of this name is of this place and this key. */
export function isBackupOf(id: string, replica: Replica, keyId: string): boolean {
  const rest = id.startsWith(`${placeOf(replica)}-`) ? id.slice(placeOf(replica).length + 1) : ''
  return /^\d{8}-\d{6}-[0-9a-f]{8}[0-9a-z]{4}$/.test(rest) && rest.slice(16, 24) === keyId
}

/** Whether it can be the name of a backup: it becomes a part of a path. */
export const isBackupId = (id: string): boolean => /^[a-z][a-z0-9-]{0,80}-\d{8}-\d{6}-[0-9a-f]{8}[0-9a-z]{4}$/.test(id)

const placeOf = ({ resource, index }: Replica): string =>
  index === null ? incusName(resource) : `${incusName(resource)}-${index}`

/** What a worker copies before it sends it away; the same each time, so that one that a dead worker left is found. */
export const copyName = (topology: string, project: string | null, instance: string): string =>
  `cul8er-backup-${createHash('sha256')
    .update(JSON.stringify([topology, project, instance]))
    .digest('hex')
    .slice(0, 16)}`

/** A volume while it is fetched, and what had its name until then. None that is declared has a dot or `_` in it. */
export const fetchedVolume = (volume: string, operation: number): string => `${volume}.fetched-${operation}`
export const asideVolume = (volume: string, operation: number): string => `${volume}.before-${operation}`
