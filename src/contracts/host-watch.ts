import type { Host } from '../topology/model.js'

/* What is known of the hosts of a topology, and what a watch of them is asked and answers. Times are ISO times. */

/** suspected: no sign for a while, which a busy network explains. dead: for so long that what was there is started elsewhere. */
export type HostState = 'alive' | 'suspected' | 'dead'

/** What is known of one host. */
export interface HostRecord {
  state: HostState
  /** When it came to this state. */
  since: string
  /** The first of the looks in a row that found no sign; absent: the last one found one. */
  silentSince?: string
  /** In this silence: the last look at which the machine answered, but not its Incus. Absent: there was none. */
  answeredAt?: string
  /** The last look, with a sign or without. */
  lookedAt: string
  /** Why there is no sign, in words. */
  cause?: string
}

/** A host came to another state. */
export interface HostChange {
  host: string
  from: HostState
  to: HostState
  at: string
  /** suspected, dead: why there is no sign. */
  cause?: string
}

/** What a watch of hosts begins with. */
export interface HostWatchInput {
  topology: string
  hosts: Record<string, Host>
  known: Record<string, HostRecord>
  /** Without a sign for so long a host is dead, ms. */
  deadAfterMs: number
}

/** What a watch of hosts saw when a host came to another state. */
export interface HostsSeen {
  hosts: Record<string, HostRecord>
  changes: HostChange[]
}
