import type { InstanceSpec, Role, SecretSpec } from '../plan/model.js'
import type { Host } from '../topology/model.js'

/* Where an activity does what it does. */

/** A host by its name in the topology, and how to reach it. */
export interface At extends Patience {
  host: string
  via: Host
}

/** What an activity needs to know to give up in time. */
export interface Patience {
  /** How long a host may give no answer, ms; absent: the default. */
  hostTimeoutMs?: number
}

/** One instance on one host. */
export interface InstanceAt extends At {
  name: string
  project: string | null
}

/** An instance whose log is read. */
export interface Logged extends InstanceAt {
  /** Name of its release; null: it has none, and the log is that of the whole instance. */
  release: string | null
  /** What its app may print, and whose it is: absent, there is nothing, or an older cul8er asked. */
  secrets?: SecretSpec[]
  resource?: string
}

/** What labels say of how an instance came to be as it is. */
export interface Stamp {
  operation: number
  revision: number
  role: Role
  /** When the topology is destroyed by itself, ISO time; absent: never, as far as is known. */
  expiresAt?: string
}

export interface SpecAt extends At {
  spec: InstanceSpec
}

/** An instance that was healthy when it was last looked at. */
export interface Proven {
  spec: Pick<InstanceSpec, 'name' | 'host' | 'project' | 'resource' | 'type' | 'release' | 'healthcheck'> & {
    /** Absent in what an older cul8er found. */
    expose?: InstanceSpec['expose']
  }
  address: string | null
}
