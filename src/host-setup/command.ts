import type { Cul8erError } from '../errors.js'
import type { MachineResult } from './machine.js'

/** One program that a step runs, as root. */
export interface SetupCommand {
  argv: readonly string[]
  /** On standard input; no secret. */
  input?: string
  /** ms; default a minute. */
  timeoutMs?: number
  /** A failure that is none: what it was to bring about is so already. */
  readonly isDone?: (result: MachineResult) => boolean
  /** What a failure means; null: nobody knows more than its output says. */
  readonly explain?: (result: MachineResult) => Cul8erError | null
}
