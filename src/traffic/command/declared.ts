import * as z from 'zod'
import { command as words, section } from '../../topology/schema/words.js'
import type { Balancer } from '../balancer.js'

export interface CommandChoice {
  kind: 'command'
  command: string[]
}

/** A program of the operator's own; docs/balancers.md has what it is asked. */
export const command = {
  kind: 'command',
  summary: 'a program of your own, which the worker runs',
  written: {
    value: words(),
    form: "{ command: ['program', 'argument'] }",
    read: (value) => ({ kind: 'command', command: value as string[] }),
  },
  normalised: section({ kind: z.literal('command'), command: words() }),
  runs: ({ command }) => command,
} satisfies Balancer<CommandChoice>
