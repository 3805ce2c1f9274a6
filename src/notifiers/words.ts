/**
 * What `on` may name: how operations end, an instance that the `unhealthy` policy has given up, hosts that die and come back, drift, and copies
 * of data that are too old and catch up.
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
] as const
/** A word of `on`. */
export type NoticeWord = (typeof NOTICE_WORDS)[number]
