import { Cul8erError } from '../errors.js'
import { durationWords } from '../topology/units.js'

/** ms that a command may take unless it says otherwise. */
export const DEFAULT_TIMEOUT_MS = 60_000
/** Bytes that a command may print unless it says otherwise. */
export const DEFAULT_OUTPUT_BYTES = 32 * 1024 * 1024

/* What is said of a command that went beyond its limits, whichever way it was carried out. `verb`: its first word. */

export const tookTooLong = (verb: string, timeoutMs: number): Cul8erError =>
  new Cul8erError('TIMEOUT', `incus ${verb} took longer than ${durationWords(timeoutMs)} and was killed`)

export const printedTooMuch = (verb: string, maxBytes: number): Cul8erError =>
  new Cul8erError('OUTPUT_LIMIT', `incus ${verb} printed more than ${maxBytes} bytes and was killed`)
