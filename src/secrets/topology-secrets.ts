import { Cul8erError } from '../errors.js'
import type { InstanceSpec, Sealed } from '../plan/model.js'
import type { Topology } from '../topology/model.js'
import { backupSecrets, notifierSecrets } from '../topology/secrets.js'
import { BACKUPS_PLACE } from './backup-key.js'
import { NOTIFIERS_PLACE } from './notifier-key.js'
import { resolveSecret } from './resolve.js'
import type { ResolveOptions } from './sources/resolver.js'
import { secretSource } from './sources/sources.js'
import { openWithAny, seal, secretContext } from './seal.js'

export interface MissingSecret {
  /** A resource, `NOTIFIERS_PLACE` or `BACKUPS_PLACE`. */
  resource: string
  /** The environment key it is for; of a notifier the variable. */
  name: string
  /** The variable that the environment does not have. */
  variable: string
}

/**
 * That secrets of the environment are nowhere: neither in that of this command nor sealed before.
 * @returns a Cul8erError SECRET_UNRESOLVED that names all of them
 */
export function notExported(missing: MissingSecret[]): Cul8erError {
  const each = missing.map(({ resource, name, variable }) =>
    resource === NOTIFIERS_PLACE
      ? `notify: ${variable}`
      : resource === BACKUPS_PLACE
        ? `backup: ${variable}`
        : `resources.${resource}.environment.${name}: ${variable}`,
  )
  const variables = [...new Set(missing.map(({ variable }) => variable))]
  const many = variables.length > 1
  return new Cul8erError(
    'SECRET_UNRESOLVED',
    `the environment of this command lacks ${many ? 'variables' : 'a variable'} for secrets: ${each.join(', ')}`,
    {
      hint: `export ${variables.join(' ')} and run it again; the service has an environment of its own`,
      details: { missing },
    },
  )
}

/** Seals what the environment of a command holds of a topology's secrets, and names what it does not hold. */
export function sealSystemSecrets(
  topology: Topology,
  env: NodeJS.ProcessEnv,
  key: Uint8Array,
): { sealed: Record<string, Sealed>; missing: MissingSecret[] } {
  const sealed: Record<string, Sealed> = {}
  const missing: MissingSecret[] = []
  const sealOrMiss = (resource: string, name: string, variable: string): void => {
    const value = env[variable]
    if (value === undefined) missing.push({ resource, name, variable })
    else sealed[`${resource}/${name}`] = seal(value, key, secretContext(topology.name, resource, name))
  }
  for (const [resource, { environment }] of Object.entries(topology.resources)) {
    for (const [name, entry] of Object.entries(environment)) {
      if (!('secret' in entry) || secretSource(entry.secret.from).sealed !== true) continue
      sealOrMiss(resource, name, entry.secret.key ?? name)
    }
  }
  for (const [place, refs] of [
    [NOTIFIERS_PLACE, notifierSecrets(topology)],
    [BACKUPS_PLACE, backupSecrets(topology)],
  ] as const) {
    const variables = refs.flatMap(({ ref: { from, key: variable } }) =>
      variable !== null && secretSource(from).sealed === true ? [variable] : [],
    )
    for (const variable of new Set(variables)) sealOrMiss(place, variable, variable)
  }
  return { sealed, missing }
}

/**
 * The clear secrets of an instance by environment name: opened where a command sealed them, else resolved now.
 * @throws Cul8erError SECRET_UNRESOLVED, NOT_SUPPORTED_YET
 */
export async function instanceSecrets(
  spec: Pick<InstanceSpec, 'topology' | 'resource' | 'secrets'>,
  key: Uint8Array,
  { formerKeys = [], ...options }: ResolveOptions & { formerKeys?: readonly Uint8Array[] },
): Promise<Map<string, string>> {
  const entries = spec.secrets.map(async ({ name, ref, sealed }): Promise<[string, string]> => [
    name,
    sealed === null
      ? await resolveSecret(ref, name, options)
      : openWithAny(sealed, [key, ...formerKeys], secretContext(spec.topology, spec.resource, name)),
  ])
  return new Map(await Promise.all(entries))
}
