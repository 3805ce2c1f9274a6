import type { ReplicaChange, ReplicaRecord } from '../../contracts/replication.js'

/** So many times as old as it may be, a copy is late. */
const LATE = 3

/** ms after a failure after which it is tried again, at most. */
const RETRY_MS = 60_000

interface Times {
  now: number
  everyMs: number
}

/** Whether what a copy holds is too old; where it holds nothing yet, whether it has been wanted for too long. */
export const isLate = ({ at, since }: { at?: string; since: string }, { now, everyMs }: Times): boolean =>
  now - Date.parse(at ?? since) > LATE * everyMs

/** When a copy is due, ms since the epoch; one that never was is so at once. */
export const dueAt = (at: string | null | undefined, everyMs: number): number =>
  at == null ? 0 : Date.parse(at) + everyMs

/**
 * When it is looked after next.
 * @param isWhole - of what an operation left half changed nothing is copied, however due it is, until another one has set it right
 */
export function nextAt(
  { at, failed }: Pick<ReplicaRecord, 'at' | 'failed'>,
  { now, everyMs }: Times,
  isWhole = true,
): number {
  if (failed !== undefined) return now + Math.min(everyMs, RETRY_MS)
  return isWhole ? Math.max(now, dueAt(at, everyMs)) : now + everyMs
}

/** What is known of a copy after a round, and what changed. `found.at` absent: its host did not say. */
export function recordOf(
  before: ReplicaRecord | undefined,
  found: Pick<ReplicaRecord, 'resource' | 'instance' | 'host' | 'at' | 'failed'>,
  { now, everyMs }: Times,
): { record: ReplicaRecord; to: ReplicaChange['to'][] } {
  const { resource, instance, host, failed } = found
  const at = found.at ?? before?.at
  const since = before?.since ?? new Date(now).toISOString()
  const times = { since, ...(at === undefined ? {} : { at }) }
  const late = isLate(times, { now, everyMs })
  const to: ReplicaChange['to'][] = [
    ...(failed !== undefined && before?.failed === undefined ? ['failed' as const] : []),
    ...(failed === undefined && before?.failed !== undefined ? ['recovered' as const] : []),
    ...(late && before?.late !== true ? ['late' as const] : []),
    ...(!late && before?.late === true ? ['caughtUp' as const] : []),
  ]
  return {
    record: {
      ...{ resource, instance, host, ...times },
      ...(failed === undefined ? {} : { failed }),
      ...(late ? { late: true } : {}),
    },
    to,
  }
}
