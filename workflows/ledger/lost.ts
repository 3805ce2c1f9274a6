import type { ErrorReport } from '../../src/errors.js'
import { lostOperation } from '../../src/plan/change-of-replica.js'
import type { OperationEnd, OperationSummary } from '../../src/contracts/index.js'

/** The end of an operation whose workflow itself was terminated or failed: a person did that, or it is a bug. */
export const lostEnd = (
  topology: string,
  { id, number, revision }: OperationSummary,
  error: ErrorReport,
): OperationEnd => ({
  result: {
    topology,
    operation: id,
    outcome: 'needsAttention',
    revision,
    durationMs: 0,
    steps: [],
    error: {
      ...error,
      message: `the operation's workflow was lost: ${error.message}`,
      hint: 'cul8er plan shows where each instance is; deploy or roll back again',
    },
  },
  dirty: [lostOperation(number)],
})
