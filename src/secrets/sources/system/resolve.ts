import { unresolved, type Resolver } from '../resolver.js'

/**
 * What comes from the environment was sealed by the command that deploys, or is not there: the worker's own environment is that of
 * whoever started it, for another topology perhaps.
 */
export const fromSystem: Resolver = async (key, name) => {
  throw unresolved(name, `the environment of the command that deployed had no ${key}`, `export ${key} and deploy again`)
}
