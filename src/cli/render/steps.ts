import type { StepRecord } from '../../contracts/index.js'
import type { Underway } from '../../client/doing.js'
import { durationWords } from '../../topology/units.js'
import type { Palette } from '../palette.js'
import { humanDuration } from './duration.js'

/** A step that ended, in one line: sign, words, instance, time, what was found. */
export function stepLine({ name, instance, outcome, durationMs, note, error }: StepRecord, colors: Palette): string {
  const words = instance === undefined ? name : `${name} ${colors.bold(instance)}`
  const found = note === undefined ? '' : colors.dim(`: ${note}`)
  const wrong = error === undefined ? '' : colors.red(`: ${error.message}`)
  return `${sign(outcome, colors)} ${words} ${colors.dim(`(${humanDuration(durationMs)})`)}${found}${wrong}`
}

/** A step that goes on, with the time it took so far, and what it waits for. */
export function openStepLine(step: StepRecord, colors: Palette, doing?: Underway, nowMs = Date.now()): string {
  const { name, instance, outcome, startedAt, note } = step
  const words = instance === undefined ? name : `${name} ${colors.bold(instance)}`
  const took = humanDuration(Math.max(0, nowMs - Date.parse(startedAt)))
  const most = doing?.mostMs === undefined ? '' : ` of ${durationWords(doing.mostMs)}`
  const found = doingWords(doing) ?? note
  return `${sign(outcome, colors)} ${words} ${colors.dim(`(${took}${most})`)}${found === undefined ? '' : colors.dim(`: ${found}`)}`
}

/** What a step found last, and why it is tried again. */
export function doingWords({ words, attempt, failure }: Partial<Underway> = {}): string | undefined {
  const again = failure === undefined ? undefined : `attempt ${attempt}, because: ${failure}`
  return [words, again].filter((each) => each !== undefined).join('; ') || undefined
}

/** The one of a step: an instance has one activity at a time. */
export const doingOf = (all: readonly Underway[], { instance }: StepRecord): Underway | undefined =>
  all.find((each) => each.instance === instance)

function sign(outcome: StepRecord['outcome'], colors: Palette): string {
  switch (outcome) {
    case 'running':
      return colors.cyan('▶')
    case 'done':
      return colors.green('✔')
    case 'failed':
      return colors.red('✘')
    case 'undone':
      return colors.yellow('↶')
    case 'waiting':
      return colors.yellow('⏸')
  }
}
