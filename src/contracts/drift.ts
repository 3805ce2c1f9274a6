import type { Change, Revision } from '../plan/model.js'

/* What a watch for drift is asked between operations, and what it answers. Times are ISO times. */

/** An instance, or a host's ports, that differ from the stable revision. */
export type Drifted = Pick<Change, 'action' | 'resource' | 'instance' | 'host' | 'reasons'> & {
  /** It can be set right without stopping anything that runs. */
  live: boolean
}

/** What was found, and what is not possible about it. */
export interface Drift {
  /** 100 at most. */
  changes: Drifted[]
  /** Why no operation could set it right, in words; absent: one could. */
  refused?: string
}

/** What a watch for drift begins with. */
export interface DriftWatchInput {
  topology: string
  /** The stable revision. */
  revision: Revision
  /** Instances that are kept for a switch back. */
  standby: string[]
  /** Hosts that are left out. */
  without: string[]
  /** Between two looks, ms. */
  everyMs: number
  /** The first look. */
  firstAt: string
  /** What was told last. */
  known: Drift
}

/** What a look found that is not what was told last. */
export interface DriftSeen extends Drift {
  at: string
}

/** Drift that a ledger knows of. */
export interface DriftRecord extends DriftSeen {
  /** It could not be repaired so many times in a row. */
  times?: number
  /** Its repair is not tried before. */
  notBefore?: string
}
