import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow'
import { type ErrorCode, type ErrorReport, messageOf, NO_ANSWER } from '../../src/errors.js'

/** What went wrong, as data, from whatever a workflow catches. */
export function reportOf(error: unknown): ErrorReport {
  if (isCancellation(error)) return { code: 'ABORTED', message: 'the operation was aborted' }
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) {
    const where = error instanceof ActivityFailure ? error.activityType : error.workflowType
    const report = reportOf(error.cause)
    return error.cause instanceof TimeoutFailure ? { ...report, message: `${where}: ${report.message}` } : report
  }
  if (error instanceof ApplicationFailure) {
    const [detail] = error.details ?? []
    if (isReport(detail)) return detail
    return { code: (error.type as ErrorCode | undefined) ?? 'INTERNAL', message: error.message }
  }
  if (error instanceof TimeoutFailure) {
    return {
      code: 'TIMEOUT',
      message: `timed out (${(error.timeoutType ?? '').toLowerCase().replaceAll('_', ' ')})`,
      hint: 'is the host up, and is a worker running? (cul8er doctor)',
    }
  }
  return { code: 'INTERNAL', message: messageOf(error) }
}

/** Whether a host gave no answer. */
export const gaveNoAnswer = (error: unknown): boolean => NO_ANSWER.has(reportOf(error).code)

/** A report as the failure that ends a workflow or refuses an update; never retried. */
export const failureOf = (report: ErrorReport): ApplicationFailure =>
  ApplicationFailure.create({ type: report.code, message: report.message, nonRetryable: true, details: [report] })

/** Whether a value has the form of a report. */
export const isReport = (value: unknown): value is ErrorReport =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value
