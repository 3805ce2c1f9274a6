import { runCommand, type CommandEnd } from '../../processes/run-command.js'
import { notTold, WITHIN_MS, type Teller } from '../teller.js'
import type { NotifierCommand } from './declared.js'
import { durationWords } from '../../topology/units.js'

/** A program that the worker runs, without a shell and with the event as JSON on its standard input; exit 0 is a success. */
export const tellByCommand: Teller<NotifierCommand> = async ({ command: [file = '', ...args] }, { event, signal }) => {
  const end = await runCommand(file, args, {
    stdin: `${JSON.stringify(event)}\n`,
    signal,
    timeoutMs: WITHIN_MS,
    limitBytes: 0,
  })
  if (end.how !== 'exit' || end.code !== 0) throw notTold(inWords(end))
}

function inWords(end: CommandEnd): string {
  switch (end.how) {
    case 'exit':
      return `failed (exit ${end.code})`
    case 'absent':
      return `cannot be run (${end.reason})`
    case 'signal':
      return `was killed by ${end.signal}`
    default:
      return `did not end within ${durationWords(WITHIN_MS)}`
  }
}
