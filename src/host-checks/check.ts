import type { HostCheck, Room } from '../contracts/hosts.js'
import type { IncusNetwork, IncusPool, IncusServer } from '../incus/index.js'
import type { Host, Resource } from '../topology/model.js'

/** What a host told of itself. */
export interface HostFacts {
  server: IncusServer
  cpus: number
  memory: Room
  pools: IncusPool[]
  networks: IncusNetwork[]
  /** Of the default profile. */
  devices: Record<string, Record<string, string>>
  /** Of the pool that the default profile's root disk is in; null: there is none. */
  rootPool: Room | null
}

/** What is going to be deployed to it. */
export interface HostWants {
  /** What the topology calls it. */
  name: string
  host: Pick<Host, 'platform'>
  /** That may have instances there, by `topology.resource`. */
  resources: Record<string, Resource>
}

/** Judges one thing that a deploy needs of a host, pure. To add one: a file, and its line in `registry.ts`. */
export interface HostCheckKind {
  readonly name: string
  /** null: it does not apply. */
  judge(facts: HostFacts, wants: HostWants): Omit<HostCheck, 'name'> | null
}
