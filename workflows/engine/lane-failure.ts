import type { Lane, LaneFailure } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'

/** A lane that failed where the procedure goes on: what it was about, and which way back it was. */
export const laneFailure = ({ instance, host = '', steps, compensates }: Lane, error: ErrorReport): LaneFailure => ({
  instance: compensates?.instance ?? instance ?? steps[0]?.kind ?? '',
  host: compensates?.host ?? host,
  ...(compensates === undefined ? {} : { undo: compensates.undo }),
  error,
})
