import type { Revision } from '../plan/model.js'

/* What a watch of the load is asked between operations, and what it answers. Times are ISO times. */

/** What a watch of the load begins with. */
export interface LoadWatchInput {
  topology: string
  /** The stable revision, with as many instances as there are. */
  revision: Revision
  /** Hosts that are left out. */
  without: string[]
  /** By resource: its number was changed in vain, and is not again before. */
  notBefore: Record<string, string>
}

/** Another number of instances of a resource, and why. */
export interface Scaled {
  from: number
  to: number
  /** In words. */
  reason: string
}

/** What the load of some resources asks for, by resource. */
export interface LoadSeen {
  at: string
  scaled: Record<string, Scaled>
}

/** The last time that a number of instances was changed by load, or was to be. */
export interface ScalingRecord extends Scaled {
  at: string
  /** It could not be done so many times in a row. */
  times?: number
  /** It is not tried before. */
  notBefore?: string
}
