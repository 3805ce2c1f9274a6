/**
 * What `on` may name: how operations end, an instance that the `unhealthy` policy has given up, hosts that die and come back, drift, copies
 * of data that are too old and catch up, backups that fail, are too old, and are well again, and a ttl that is about to end.
 */
export const NOTICE_WORDS = [
  'succeeded',
  'rolledBack',
  'held',
  'needsAttention',
  'failed',
  'unhealthy',
  'hostDead',
  'hostAlive',
  'drift',
  'replicaLate',
  'replicaCaughtUp',
  'backupFailed',
  'backupLate',
  'backupRecovered',
  'ttlWarning',
] as const
/** A word of `on`. */
export type NoticeWord = (typeof NOTICE_WORDS)[number]
