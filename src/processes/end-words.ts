import { durationWords } from '../topology/units.js'
import type { CommandEnd } from './run-command.js'

/** How a command ended that did not succeed, as the end of a sentence about it. @param timeoutMs - the time that it had, ms */
export function endWords(end: CommandEnd, timeoutMs: number): string {
  switch (end.how) {
    case 'exit':
      return `failed (exit ${end.code})`
    case 'absent':
      return `cannot be run (${end.reason})`
    case 'signal':
      return `was killed by ${end.signal}`
    default:
      return `did not end within ${durationWords(timeoutMs)}`
  }
}
