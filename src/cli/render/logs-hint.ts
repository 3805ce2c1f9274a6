import type { OperationResult } from '../../contracts/index.js'
import type { ErrorCode, ErrorReport } from '../../errors.js'

/**
 * The command that shows the logs of what failed; null: none would show why. A snapshot that is restored takes the log of its time along,
 * what could not be created has none, and what a person aborted or a host refused is not told by an app.
 */
export function logsHint({
  topology,
  operation,
  steps,
  error,
}: Pick<OperationResult, 'topology' | 'operation' | 'steps' | 'error'>): string | null {
  if (error !== undefined && !OF_APPS.has(error.code)) return null
  const done = steps.filter(({ outcome }) => outcome === 'done')
  const created = new Set(done.filter(({ name }) => name === 'create').map(({ instance }) => instance))
  const kept = done.filter(({ name }) => name === KEPT)
  if (kept.some(({ instance, note }) => created.has(instance) && note === undefined))
    return `cul8er logs ${topology} --operation ${operation} for what was removed`
  const gone = kept.length > 0 || done.some(({ name }) => name.startsWith(RESTORED))
  return gone ? null : `cul8er logs ${topology} for the logs of the apps`
}

/** An error whose hint was right while the operation went on: what it sends to is gone by now, or is what ran before. */
export function withoutLogsHint({ hint, ...error }: ErrorReport): ErrorReport {
  return hint === undefined || hint.startsWith('cul8er logs') ? error : { ...error, hint }
}

/** What an app may have had a part in. */
const OF_APPS: ReadonlySet<ErrorCode> = new Set(['UNHEALTHY', 'PROBE_ERROR', 'INCUS', 'TIMEOUT'])

/** A step that keeps nothing has a note. */
const KEPT = 'undo: keep the log'
const RESTORED = 'undo: restore '
