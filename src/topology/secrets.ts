import { NOTIFIERS } from '../notifiers/notifiers.js'
import { DEFAULTS } from './defaults.js'
import type { SecretRef, Topology } from './model.js'
import { pathText } from './problem.js'

/** A secret that an instance of a resource needs. Only where it comes from: no value passes here. */
export interface NamedSecret {
  resource: string
  /** Name of the environment variable in the instance. */
  name: string
  ref: SecretRef
}

/**
 * Every secret that a deploy of the topology must resolve, in the order of the file. The cluster's cookie is the
 * `RELEASE_COOKIE` of each node that sets none itself.
 */
export function secretRefs(topology: Topology): NamedSecret[] {
  const cookie = topology.cluster?.cookie
  const nodes = topology.cluster?.nodes ?? []
  return Object.entries(topology.resources).flatMap(([resource, { environment }]) => {
    const own = Object.entries(environment).flatMap(([name, value]) =>
      'secret' in value ? [{ resource, name, ref: value.secret }] : [],
    )
    const shared =
      cookie !== undefined &&
      'secret' in cookie &&
      nodes.includes(resource) &&
      !Object.hasOwn(environment, DEFAULTS.cookie)
    return shared ? [...own, { resource, name: DEFAULTS.cookie, ref: cookie.secret }] : own
  })
}

/** The passphrases of SSH keys, each with its key path in the file. */
export const passphraseSecrets = ({ hosts }: Pick<Topology, 'hosts'>): { path: string; ref: SecretRef }[] =>
  Object.entries(hosts).flatMap(([name, { credentials }]) => {
    const ref = credentials?.ssh?.passphrase
    return ref === undefined ? [] : [{ path: pathText(['hosts', name, 'credentials', 'ssh', 'passphrase']), ref }]
  })

/** The secrets that backups need, each with its key path in the file. */
export const backupSecrets = ({ resources }: Pick<Topology, 'resources'>): { path: string; ref: SecretRef }[] =>
  Object.entries(resources).flatMap(([name, { backup }]) => {
    if (backup === undefined) return []
    const { key, to } = backup
    const at = (...rest: string[]): string => pathText(['resources', name, 'backup', ...rest])
    return [
      { path: at('key'), ref: key },
      ...(to.kind === 'folder'
        ? []
        : [
            { path: at('s3', 'accessKey'), ref: to.accessKey },
            { path: at('s3', 'secretKey'), ref: to.secretKey },
          ]),
    ]
  })

/** The secrets that notifiers need, each with its key path in the file. */
export const notifierSecrets = ({ notify = [] }: Pick<Topology, 'notify'>): { path: string; ref: SecretRef }[] =>
  notify.flatMap(({ to }, index) => {
    const ref = NOTIFIERS.secret(to)
    return ref === null ? [] : [{ path: pathText(['notify', index, to.kind]), ref }]
  })
