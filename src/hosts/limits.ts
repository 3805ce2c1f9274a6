import { Cul8erError } from '../errors.js'
import { durationWords } from '../topology/units.js'

/* What is said of a command that went beyond its limits, whichever way it was carried out. `verb`: its first word. */

export const tookTooLong = (verb: string, timeoutMs: number): Cul8erError =>
  new Cul8erError('TIMEOUT', `incus ${verb} took longer than ${durationWords(timeoutMs)} and was killed`)

export const printedTooMuch = (verb: string, maxBytes: number): Cul8erError =>
  new Cul8erError('OUTPUT_LIMIT', `incus ${verb} printed more than ${maxBytes} bytes and was killed`)
