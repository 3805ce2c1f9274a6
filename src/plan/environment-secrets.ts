import type { Revision, SecretOf } from './model.js'

/** The secrets in the environments of these revisions' resources, each once: what their apps may print. */
export function environmentSecrets(revisions: readonly Pick<Revision, 'topology' | 'sealed'>[]): SecretOf[] {
  const all = revisions.flatMap(({ topology, sealed }) =>
    Object.entries(topology.resources).flatMap(([resource, { environment }]) =>
      Object.entries(environment).flatMap(([name, value]) =>
        'secret' in value ? [{ resource, name, ref: value.secret, sealed: sealed[`${resource}/${name}`] ?? null }] : [],
      ),
    ),
  )
  return [...new Map(all.map((each) => [JSON.stringify(each), each])).values()]
}
