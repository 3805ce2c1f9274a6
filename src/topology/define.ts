import type { SecretRef } from './model.js'
import type { TopologyDeclaration } from './schema/topology.js'

/** A host as a file may write it. */
export type HostDeclaration = TopologyDeclaration['hosts'][string]
/** A resource as a file may write it. */
export type ResourceDeclaration = TopologyDeclaration['resources'][string]
/** A strategy as a file may write it. */
export type StrategyDeclaration = NonNullable<TopologyDeclaration['strategy']>
/** A health check as a file may write it. */
export type HealthcheckDeclaration = NonNullable<ResourceDeclaration['healthcheck']>
/** A cluster as a file may write it. */
export type ClusterDeclaration = NonNullable<TopologyDeclaration['cluster']>

/** A secret by where it comes from, as it stands in a file. */
export interface SecretDeclaration {
  secret: { from: SecretRef['from']; key?: string }
}

/** What `defineTopology` takes: a declaration without its name, whose references must name what it declares. */
export type TopologyBody<Host extends string = string, Resource extends string = string> = Omit<
  TopologyDeclaration,
  'name' | 'hosts' | 'resources' | 'cluster'
> & {
  hosts: Record<Host, HostDeclaration>
  resources: Record<
    Resource,
    Omit<ResourceDeclaration, 'on' | 'dependsOn'> & {
      on?: NoInfer<Host> | NoInfer<Host>[]
      dependsOn?: NoInfer<Resource> | NoInfer<Resource>[]
    }
  >
  cluster?: Omit<ClusterDeclaration, 'nodes'> & { nodes: NoInfer<Resource>[] }
}

/**
 * Declares a topology: what a file exports by default. It only gives the declaration its name; loading the file
 * checks it.
 */
export function defineTopology<Host extends string, Resource extends string>(
  name: string,
  declaration: TopologyBody<Host, Resource>,
): TopologyDeclaration {
  return { ...declaration, name }
}

/** A secret that is resolved when a deploy needs it: `secret({ from: 'system', key: 'DATABASE_URL' })`. */
export function secret(from: SecretDeclaration['secret']): SecretDeclaration {
  return { secret: from }
}
