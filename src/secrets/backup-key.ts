import type { SecretRef } from './sources/sources.js'

/** Stands where the name of a resource is: none has a colon. */
export const BACKUPS_PLACE = ':backup'

/** Where a revision has a sealed secret of backups: by its variable, which several may share. */
export const sealedBackupKey = ({ key }: SecretRef): string => `${BACKUPS_PLACE}/${key}`
