import type { SecretSource } from '../source.js'

/** A file on the machine of the worker. */
export const file = {
  name: 'file',
  summary: 'a file',
  key: 'the path of the file',
  runs: (what) => `the worker reads the file ${what}`,
} as const satisfies SecretSource
