import { fromCommand } from './command/resolve.js'
import { fromFile } from './file/resolve.js'
import type { Resolver } from './resolver.js'
import type { SecretSourceName } from './sources.js'
import { fromSystem } from './system/resolve.js'

/** The sources that can be resolved. One that is not here has `unavailable` in its `declared.ts`. */
export const RESOLVERS: Partial<Record<SecretSourceName, Resolver>> = {
  system: fromSystem,
  file: fromFile,
  command: fromCommand,
}
