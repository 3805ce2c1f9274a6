import type { Revision } from '../plan/model.js'

/* What is known of the copies that replication keeps on other hosts, and what it is asked and answers. Times are ISO times. */

/** One copy: of one instance, on one host. */
export interface ReplicaRecord {
  resource: string
  instance: string
  /** Where the copy is. */
  host: string
  /** Since when it is wanted. */
  since: string
  /** Moment of what it holds; absent: nothing yet. */
  at?: string
  /** Why the last attempt failed, in words; absent: it did not. */
  failed?: string
  /** It is three times as old as it may be. */
  late?: true
}

/** A copy came to another state. */
export interface ReplicaChange {
  /** Key of its record. */
  replica: string
  to: 'failed' | 'recovered' | 'late' | 'caughtUp'
}

/** What replication begins with. */
export interface ReplicationInput {
  topology: string
  /** The stable revision. */
  revision: Revision
  /** Left half changed by an operation: not copied. */
  dirty: string[]
  /** See `copyKey`. */
  known: Record<string, ReplicaRecord>
  /** Restores that made copies the live instances, as the ledger knows them; absent: a ledger of before did not say. */
  restores?: ReplicaRestore[]
}

/** Copies that became the live instances: of one resource, or of all that had one on the host. */
export interface ReplicaRestore {
  host: string
  resource?: string
  /** Number of the operation. */
  operation: number
}

/** What became of the copies that were due. */
export interface ReplicationRound {
  replicas: Record<string, ReplicaRecord>
  changes: ReplicaChange[]
  /** When the next one is due. */
  nextAt: string
}
