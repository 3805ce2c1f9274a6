import type { HistoryEntry, Requester } from '../../contracts/index.js'
import type { PastOperation } from '../../client/index.js'
import type { Context } from '../context.js'
import type { Palette } from '../palette.js'
import { errorLines } from '../report-error.js'
import { elapsed, humanDuration, moment } from './duration.js'
import { stepLine } from './steps.js'
import { table } from './table.js'

/** Operations with their outcome, newest last. */
export const historyTable = (operations: HistoryEntry[], colours: Palette): string =>
  table(
    ['operation', 'kind', 'revision', 'outcome', 'started', 'took', 'by', 'error'],
    operations.map((entry) => [
      entry.operation,
      entry.kind,
      String(entry.revision),
      outcomeMark(entry, colours),
      moment(entry.startedAt),
      took(entry),
      asker(entry),
      entry.error?.message ?? '',
    ]),
    colours,
  )

/** One operation with its steps, who asked for it, and why it ended as it did. */
export function operationText(past: PastOperation, context: Context): string {
  const { topology, operation, ended, current, steps } = past
  const { colours } = context
  const head = `${colours.bold(topology)} ${operation}`
  return [
    ...(ended === null ? [] : endedLines(head, ended, colours)),
    ...(current === null
      ? []
      : [`${head}: ${current.kind}, in progress for ${elapsed(current.startedAt)}: ${current.step}`]),
    ...(ended === null && current === null ? [`${head}: the ledger does not remember it any more`] : []),
    '',
    ...(steps === null
      ? ['Its steps are not kept any more: Temporal forgets them after the retention of its namespace.']
      : steps.map((step) => `${colours.dim(time(step.startedAt))}  ${stepLine(step, colours)}`)),
    ...(ended?.error === undefined ? [] : ['', ...errorLines(ended.error, context)]),
  ].join('\n')
}

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

function endedLines(head: string, ended: HistoryEntry, colours: Palette): string[] {
  const { kind, revision, startedAt, endedAt, by, automatic } = ended
  return [
    `${head}: ${kind}, revision ${revision}, ${outcomeMark(ended, colours)} ${colours.dim(`(${took(ended)})`)}`,
    `  started ${moment(startedAt)}, ended ${moment(endedAt)}`,
    ...(by === undefined ? [] : [`  ${requesterText(by)}`]),
    ...(automatic === true ? ['  started by itself: its time had come'] : []),
  ]
}

const took = ({ startedAt, endedAt }: HistoryEntry): string =>
  humanDuration(Date.parse(endedAt) - Date.parse(startedAt))

const asker = ({ by, automatic }: HistoryEntry): string => by?.who ?? (automatic === true ? 'by itself' : '-')

/** `by me@laptop in /home/me/shop with --force`. */
const requesterText = ({ who, directory, options = [] }: Requester): string =>
  [
    `by ${who}`,
    ...(directory === undefined ? [] : [`in ${directory}`]),
    ...(options.length === 0 ? [] : [`with ${options.join(' ')}`]),
  ].join(' ')

function outcomeMark({ outcome, times = 1 }: HistoryEntry, colours: Palette): string {
  const words = times === 1 ? outcome : `${outcome}, ${times} times`
  return outcome === 'succeeded' ? colours.green(`✔ ${words}`) : colours.red(`✘ ${words}`)
}

const time = (iso: string): string => iso.slice(11, 19)
