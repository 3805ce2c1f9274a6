import type { Place, Stage } from '../contracts/index.js'
import type { Revision } from '../plan/model.js'
import type { OperationHooks } from '../topology/hooks.js'
import type { LiveInstance, PlannedChange } from '../plan/planned-change.js'

/** What a strategy goes by beside the changes. */
export interface Settings {
  /** The revision that is deployed: its topology holds the strategy's options. */
  revision: Revision
  /** It is not baked: what was stable before, or is and only moves, has proved itself. */
  isProven?: boolean
  /** What is run before and after. */
  hooks?: OperationHooks | null | undefined
  /** Go on where a `before…` hook fails. */
  force?: boolean | undefined
}

/** What a strategy makes of changes. */
export interface Outline {
  /** Up to full traffic for the new version. */
  stages: Stage[]
  /** Removed when nothing can be taken back any more. */
  gone: Place[]
  /** What stays, out of the traffic, for an instant switch back. */
  standby: LiveInstance[]
}

/**
 * How changes are ordered: a value, pure, so that a plan prints what an operation will do. To add one: a file beside this one, and a
 * line in the registry.
 */
export interface Strategy<Name extends string = string> {
  /** As in the topology file; the type of its workflow, too. */
  name: Name
  /** One line for the reference. */
  summary: string
  /** Also understood on the command line. */
  aliases: readonly string[]
  /** `rollback` goes by another strategy: what was stable before is not tried again. */
  rollsBackBy?: string
  /** Two versions never run at the same time, on the way back neither. */
  exclusive?: boolean
  /** Each resource has a blue and a green set. */
  colored?: boolean
  /** Time that it waits by design, ms: the progress deadline leaves room for it. */
  waitsMs?: (options: { keepMs: number; pausesMs: number }) => number
  outline: (changes: readonly PlannedChange[], settings: Settings) => Outline
}
