import { endWords } from '../../processes/end-words.js'
import { runCommand } from '../../processes/run-command.js'
import { notTold, WITHIN_MS, type Teller } from '../teller.js'
import type { NotifierCommand } from './declared.js'

/** A program that the worker runs, without a shell and with the event as JSON on its standard input; exit 0 is a success. */
export const tellByCommand: Teller<NotifierCommand> = async ({ command: [file = '', ...args] }, { event, signal }) => {
  const end = await runCommand(file, args, {
    stdin: `${JSON.stringify(event)}\n`,
    signal,
    timeoutMs: WITHIN_MS,
    limitBytes: 0,
  })
  if (end.how !== 'exit' || end.code !== 0) throw notTold(endWords(end, WITHIN_MS))
}
