import type { StepRecord } from '../../contracts/index.js'
import type { Palette } from '../palette.js'
import { humanDuration } from './duration.js'

/** A step that ended, in one line: sign, words, instance, time, what was found. */
export function stepLine({ name, instance, outcome, durationMs, note, error }: StepRecord, colours: Palette): string {
  const words = instance === undefined ? name : `${name} ${colours.bold(instance)}`
  const found = note === undefined ? '' : colours.dim(`: ${note}`)
  const wrong = error === undefined ? '' : colours.red(`: ${error.message}`)
  return `${sign(outcome, colours)} ${words} ${colours.dim(`(${humanDuration(durationMs)})`)}${found}${wrong}`
}

/** A step that goes on, with the time it took so far. */
export function openStepLine(step: StepRecord, colours: Palette, nowMs = Date.now()): string {
  const elapsed = Math.max(0, nowMs - Date.parse(step.startedAt))
  return stepLine({ ...step, durationMs: elapsed }, colours)
}

function sign(outcome: StepRecord['outcome'], colours: Palette): string {
  switch (outcome) {
    case 'running':
      return colours.cyan('▶')
    case 'done':
      return colours.green('✔')
    case 'failed':
      return colours.red('✘')
    case 'undone':
      return colours.yellow('↶')
    case 'waiting':
      return colours.yellow('⏸')
  }
}
