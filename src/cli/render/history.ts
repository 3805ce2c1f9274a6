import type { HistoryEntry, Requester } from '../../contracts/index.js'
import type { ErrorReport } from '../../errors.js'
import type { PastOperation } from '../../client/index.js'
import type { Context } from '../context.js'
import type { Palette } from '../palette.js'
import { errorLines } from '../report-error.js'
import { elapsed, humanDuration, moment, timeOfDay } from './duration.js'
import { logsHint, withoutLogsHint } from './logs-hint.js'
import { OUTCOMES } from './outcomes.js'
import { stepLine } from './steps.js'
import { table } from './table.js'
import { plural } from '../../plural.js'

/** Operations with their outcome, newest last. */
export function historyTable(operations: HistoryEntry[], colors: Palette): string {
  const hasReasons = operations.some(({ reason }) => reason !== undefined)
  return table(
    ['operation', 'kind', 'revision', 'outcome', 'started', 'took', 'by', ...(hasReasons ? ['reason'] : []), 'error'],
    operations.map((entry) => [
      entry.operation,
      entry.kind,
      String(entry.revision),
      outcomeMark(entry, colors),
      moment(entry.startedAt),
      took(entry),
      asker(entry),
      ...(hasReasons ? [entry.reason ?? ''] : []),
      entry.error?.message ?? entry.warnings?.[0] ?? '',
    ]),
    colors,
  )
}

/** One operation with its steps, who asked for it, and why it ended as it did. */
export function operationText(past: PastOperation, context: Context): string {
  const { topology, operation, ended, current, steps } = past
  const { colors } = context
  const head = `${colors.bold(topology)} ${operation}`
  return [
    ...(ended === null ? [] : endedLines(head, ended, colors)),
    ...(current === null
      ? []
      : [`${head}: ${current.kind}, in progress for ${elapsed(current.startedAt)}: ${current.step}`]),
    ...(ended === null && current === null ? [`${head}: no longer in the history`] : []),
    '',
    ...(steps === null
      ? [LOST]
      : steps.map((step) => `${colors.dim(timeOfDay(step.startedAt))}  ${stepLine(step, colors)}`)),
    ...(ended?.error === undefined ? [] : ['', ...reasonLines(past, ended, ended.error, context)]),
    ...(ended?.warnings === undefined ? [] : ['', ...ended.warnings.map((each) => `${colors.yellow('!')} ${each}`)]),
  ].join('\n')
}

/** Why it ended so; of what was taken back with the command that shows what is left of it. */
function reasonLines(
  { topology, operation, steps }: PastOperation,
  { outcome }: HistoryEntry,
  error: ErrorReport,
  context: Context,
): string[] {
  if (outcome !== 'rolledBack') return errorLines(error, context, context.terminal.stdout)
  const logs = steps === null ? null : logsHint({ topology, operation, steps, error })
  const shown = logs?.includes('--operation') === true ? [`${context.colors.cyan('→')} ${logs}`] : []
  return [...errorLines(withoutLogsHint(error), context, context.terminal.stdout), ...shown]
}

/** What Temporal no longer has, and what the ledger still does. */
const LOST =
  'Its steps are no longer available: Temporal deletes them after the retention period of its namespace. Who asked for it and how it ended are kept, with the last probe and log lines of a failure.'

/** For `--json`. */
export const operationObject = ({ topology, operation, ended, current, steps }: PastOperation): object => ({
  topology,
  ...(ended ?? {
    operation,
    outcome: null,
    ...(current === null ? {} : { kind: current.kind, startedAt: current.startedAt, step: current.step }),
  }),
  steps,
})

function endedLines(head: string, ended: HistoryEntry, colors: Palette): string[] {
  const { kind, revision, startedAt, endedAt, by, automatic, reason = 'it was due' } = ended
  return [
    `${head}: ${kind}, revision ${revision}, ${outcomeMark(ended, colors)} ${colors.dim(`(${took(ended)})`)}`,
    `  started ${moment(startedAt)}, ended ${moment(endedAt)}`,
    ...(by === undefined ? [] : [`  ${requesterText(by)}`]),
    ...(automatic === true ? [`  started automatically: ${reason}`] : []),
  ]
}

const took = ({ startedAt, endedAt }: HistoryEntry): string =>
  humanDuration(Date.parse(endedAt) - Date.parse(startedAt))

const asker = ({ by, automatic }: HistoryEntry): string => by?.who ?? (automatic === true ? 'automatic' : '-')

/** `by me@laptop in /home/me/shop with --force`. */
const requesterText = ({ who, directory, options = [] }: Requester): string =>
  [
    `by ${who}`,
    ...(directory === undefined ? [] : [`in ${directory}`]),
    ...(options.length === 0 ? [] : [`with ${options.join(' ')}`]),
  ].join(' ')

function outcomeMark({ outcome, times = 1, warnings = [] }: HistoryEntry, colors: Palette): string {
  const often = times === 1 ? OUTCOMES[outcome] : `${OUTCOMES[outcome]}, ${times} times`
  const words = warnings.length === 0 ? often : `${often}, ${plural(warnings.length, 'warning')}`
  return outcome === 'succeeded' ? colors.green(`✔ ${words}`) : colors.red(`✘ ${words}`)
}
