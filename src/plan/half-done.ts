import type { Ours } from './planned-change.js'

/** How an operation that ended without saying what it was at stands among the dirty: all that it touched is suspect. */
export const lostOperation = (number: number | string): string => `operation ${number}`

/** Whether an earlier operation left an instance half changed. */
export const isHalfDone = ({ name, labels }: Ours, dirty: readonly string[]): boolean =>
  dirty.includes(name) || dirty.includes(lostOperation(labels.operation))
