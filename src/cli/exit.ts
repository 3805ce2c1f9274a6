import { ExitCode, type ErrorCode } from '../errors.js'
import type { OperationResult } from '../contracts/index.js'

/** How a command ends that failed with this error. */
export function exitOfError(code: ErrorCode): ExitCode {
  switch (code) {
    case 'USAGE':
    case 'INVALID_TOPOLOGY':
      return ExitCode.usage
    case 'OPERATION_IN_PROGRESS':
      return ExitCode.refused
    case 'NO_ROOM':
      return ExitCode.noRoom
    case 'NEEDS_ATTENTION':
      return ExitCode.needsPerson
    default:
      return ExitCode.failed
  }
}

/** How a command ends whose operation ended so. */
export function exitOfResult({ outcome, error }: Pick<OperationResult, 'outcome' | 'error'>): ExitCode {
  switch (outcome) {
    case 'succeeded':
      return ExitCode.done
    case 'rolledBack':
      return ExitCode.rolledBack
    case 'held':
    case 'needsAttention':
      return ExitCode.needsPerson
    case 'failed':
      return error === undefined ? ExitCode.failed : exitOfError(error.code)
  }
}
