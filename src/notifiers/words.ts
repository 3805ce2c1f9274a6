/** What `on` may name: how operations end, and an instance that the `unhealthy` policy has given up. */
export const NOTICE_WORDS = ['succeeded', 'rolledBack', 'held', 'needsAttention', 'failed', 'unhealthy'] as const
/** A word of `on`. */
export type NoticeWord = (typeof NOTICE_WORDS)[number]
