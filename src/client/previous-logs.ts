import type { InspectAnswers, LedgerState } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import { inspect } from './inspect.js'
import type { Link } from './link.js'
import { linesWanted, logLines } from './log-lines.js'
import type { LogLine, LogOptions } from './log-options.js'
import { refuseNothing, whereLogsAre } from './where-logs-are.js'

/**
 * What apps logged before their present run: the previous run of what runs, and the last lines of what the last operation removed.
 * @throws Cul8erError NOT_FOUND where nothing of it is left, USAGE for a resource that there is none of
 */
export async function readPreviousLogs(
  link: Link,
  state: LedgerState,
  options: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { topology } = state
  const { of, lines, remark = () => undefined } = options
  const { logs: removed, known: ever } = await removedLately(link, state, of)
  const running = await previousRuns(link, state, options)
  if (removed.length === 0) refuseNothing({ ...running, known: [...running.known, ...ever] }, of, running.hosts)
  for (const { host, error } of running.unreachable) remark(`${host} did not answer: ${error.message}`)
  for (const { instance, error } of running.logs) {
    if (error !== undefined) remark(`${instance} cannot be read: ${error.message}`)
  }
  const show = logLines(options, each)
  const ran = running.logs.filter((log) => log.lines.length > 0)
  // An instance may have been made again under its name: what it logged itself is newer.
  const gone = removed.filter(({ instance }) => ran.every((log) => log.instance !== instance))
  if (ran.length === 0 && gone.length === 0) throw nothingLeft(of ?? topology, topology, running.logs.length > 0)
  for (const { instance, lines: found, cut } of ran) show(instance, found, cut)
  for (const { instance, lines: found, cut } of gone) {
    show(instance, lines === undefined ? found : found.slice(-lines), cut)
  }
}

/** Of the operation in progress, or of the last one that may have removed something. */
async function removedLately(
  link: Link,
  { topology, current, history }: LedgerState,
  of: string | undefined,
): Promise<InspectAnswers['evidence']> {
  const last = history.findLast(({ kind }) => kind !== 'snapshot' && kind !== 'cleanup')
  const numbers = [current?.number, last?.number].filter((number) => number !== undefined)
  let answer: InspectAnswers['evidence'] = { logs: [], known: [] }
  for (const operation of numbers) {
    answer = await inspect(link, topology, { kind: 'evidence', topology, operation, of: of ?? null })
    if (answer.logs.length > 0) break
  }
  return answer
}

async function previousRuns(
  link: Link,
  state: LedgerState,
  options: LogOptions,
): Promise<InspectAnswers['logs'] & { hosts: number }> {
  const where = whereLogsAre(state)
  if (where === null) return { logs: [], known: [], unreachable: [], hosts: 0 }
  const answer = await inspect(link, state.topology, {
    ...{ kind: 'logs', topology: state.topology, ...where, of: options.of ?? null, positions: {} },
    ...{ lines: linesWanted(options), previous: true },
  })
  return { ...answer, hosts: Object.keys(where.hosts).length }
}

const nothingLeft = (what: string, topology: string, runs: boolean): Cul8erError =>
  new Cul8erError('NOT_FOUND', `no lines of a previous run of ${what} are left`, {
    hint: runs
      ? `a run ends when its app ends or is restarted; cul8er logs ${topology} shows the present one`
      : `logs are kept of the instances that an undo removes; cul8er history ${topology} lists the operations`,
  })
