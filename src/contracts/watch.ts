import type { Revision } from '../plan/model.js'

/* What a topology's watch is asked between operations, and what it answers. */

/** What a watch begins with. */
export interface WatchInput {
  topology: string
  /** The stable revision. */
  revision: Revision
  /** Left half changed by an operation: not probed. */
  dirty: string[]
  /** Hosts that are left out: what they still have is of the names of what lives elsewhere by now. Absent: none. */
  without?: string[]
  /**
   * Instances that are known to be unhealthy, by replica: told of again from this ISO time on; null: told of once they are healthy.
   */
  known: Record<string, string | null>
}

/** An instance that failed its check as often as `retries` says. */
export interface Sick {
  /** See `replicaKey`. */
  replica: string
  instance: string
  resource: string
  /** Of the last probe, in words: `HTTP 500 at http://localhost:4000/health`. */
  reason: string
  /** ISO time of the first failure in a row. */
  since: string
}

/** What a watch saw when there was something to tell. */
export interface Seen {
  /** All that are unhealthy now, 100 at most. */
  sick: Sick[]
  /** Replicas that were waited for and are healthy again. */
  well: string[]
  /** Of each resource with a sick instance: how many live, and how many of those failed their last probe. */
  resources: Record<string, { live: number; failing: number }>
}
