import { Cul8erError } from '../errors.js'
import type { SecretRef } from '../topology/model.js'
import type { ResolveOptions } from './sources/resolver.js'
import { RESOLVERS } from './sources/resolvers.js'

/**
 * The clear value of a secret that a worker resolves. `name` is the environment key it is for, and the key of a reference that has
 * none.
 * @throws Cul8erError SECRET_UNRESOLVED, NOT_SUPPORTED_YET for a source that is not built, or the signal's reason; the value is in none
 * of them
 */
export async function resolveSecret(ref: SecretRef, name: string, options: ResolveOptions): Promise<string> {
  const resolver = Object.hasOwn(RESOLVERS, ref.from) ? RESOLVERS[ref.from] : undefined
  if (resolver !== undefined) return resolver(ref.key ?? name, name, options)
  throw new Cul8erError('NOT_SUPPORTED_YET', `secret ${name}: secrets from ${ref.from} are not supported yet`, {
    hint: 'Use a command for now, for example: vault kv get -field=value secret/name',
  })
}
