import { operationId, type LedgerState } from '../contracts/index.js'
import { Cul8erError, type ErrorReport } from '../errors.js'
import { inspect } from './inspect.js'
import type { Link } from './link.js'
import { logLines } from './log-lines.js'
import type { LogLine, LogOptions } from './log-options.js'

/**
 * The last log lines of what an operation removed when it was taken back. Where they are gone, the few that the history keeps with the
 * reason of its end.
 * @throws Cul8erError NOT_FOUND where nothing is kept
 */
export async function readKeptLogs(
  link: Link,
  state: LedgerState,
  operation: number,
  options: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { topology } = state
  const { of, lines, remark = () => undefined } = options
  const { logs, known } = await inspect(link, topology, { kind: 'evidence', topology, operation, of: of ?? null })
  const show = logLines(options, each)
  const last = (found: readonly string[]): readonly string[] => (lines === undefined ? found : found.slice(-lines))
  for (const { instance, lines: found, cut } of logs) show(instance, last(found), cut)
  if (logs.length > 0) return
  const inHistory = known.length === 0 ? linesInHistory(state, operation) : null
  if (inHistory === null || (of !== undefined && of !== inHistory.instance)) {
    throw new Cul8erError('NOT_FOUND', `no logs of ${of ?? topology} are kept from ${operationId(operation)}`, {
      hint: known.length > 0 ? `there are logs of ${known.join(', ')}` : whyNone(state, operation),
    })
  }
  remark(`nothing else is kept of ${operationId(operation)}: these are the last lines with its error in the history`)
  show(inHistory.instance, last(inHistory.lines), 0)
}

/** What an operation's error had of the log of what failed. null: nothing. */
export function linesInHistory(
  { history }: Pick<LedgerState, 'history'>,
  operation: number,
): { instance: string; lines: string[] } | null {
  const details = history.findLast(({ number }) => number === operation)?.error?.details
  // What needs a person has the error that it began with as its cause.
  for (const each of [details, (details?.cause as Partial<ErrorReport> | undefined)?.details]) {
    if (!Array.isArray(each?.logs) || each.logs.length === 0) continue
    const instance = typeof each.instance === 'string' ? each.instance : operationId(operation)
    return { instance, lines: each.logs.map(String) }
  }
  return null
}

/** Why there are no lines of an operation, and the next command, which has something to show. */
export function whyNone(
  { topology, history, current }: Pick<LedgerState, 'topology' | 'history' | 'current'>,
  operation: number,
): string {
  const id = operationId(operation)
  const ended = history.findLast(({ number }) => number === operation)
  if (current?.number === operation)
    return `${id} is in progress, and has removed nothing: cul8er attach ${topology} follows it`
  if (ended === undefined) return `${id} is not in the history; cul8er history ${topology} lists those that are`
  if (ended.outcome === 'succeeded') return `${id} succeeded; logs are kept of the instances that an undo removes`
  return `it removed no instance with a log, or the lines were deleted after the retention period; cul8er history ${topology} ${id} shows what is kept`
}
