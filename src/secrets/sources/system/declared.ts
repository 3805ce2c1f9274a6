import type { SecretSource } from '../source.js'

/** The environment of the command that starts the operation. */
export const system = {
  name: 'system',
  summary: 'an environment variable of the command that starts the operation',
  key: null,
  refused: (key) => (key.startsWith('CUL8ER_') ? "a variable that is not cul8er's own (CUL8ER_…)" : undefined),
  runs: (what) => `the variable ${what} is given to it`,
  sealed: true,
} as const satisfies SecretSource
