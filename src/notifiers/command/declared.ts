import * as z from 'zod'
import { command as words, section } from '../../topology/schema/words.js'
import type { Notifier } from '../notifier.js'

export interface NotifierCommand {
  kind: 'command'
  command: string[]
}

/** A program of the operator's own; docs/notifications.md has what it reads. */
export const command = {
  kind: 'command',
  summary: 'A program and its arguments, which the worker runs with the event as JSON on its standard input',
  written: {
    value: words(),
    read: (value) => ({ kind: 'command', command: value as string[] }),
  },
  normalised: section({ kind: z.literal('command'), command: words() }),
  // Arguments may be anything.
  named: ({ command }) => `command ${command[0] ?? ''}`,
  runs: ({ command }) => `the worker runs ${JSON.stringify(command)} when an operation ends`,
} satisfies Notifier<NotifierCommand>
