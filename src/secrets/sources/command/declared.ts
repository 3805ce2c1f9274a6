import type { SecretSource } from '../source.js'

/** What a command of the worker prints. */
export const command = {
  name: 'command',
  summary: 'what a command prints',
  key: 'the command line',
  runs: (what) => `the worker runs ${what}`,
  runsSomething: true,
} as const satisfies SecretSource
