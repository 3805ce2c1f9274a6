import type { SecretSource } from '../source.js'

/** A path in Vault. */
export const vault = {
  name: 'vault',
  summary: 'a path in Vault',
  key: null,
  runs: (what) => `the worker asks Vault for ${what}`,
  unavailable: 'secrets from Vault are not supported yet',
} as const satisfies SecretSource
