import { ApplicationFailure, CancelledFailure } from '@temporalio/activity'
import { isLastAttempt } from '../src/contracts/index.js'
import { Cul8erError, messageOf, PERMANENT } from '../src/errors.js'

/** What is known of the attempt that failed. */
export type Attempt = Omit<Parameters<typeof isLastAttempt>[0], 'code'>

/**
 * Whatever an activity threw, as what Temporal understands: a cancellation stays one, an error of ours keeps its code as the
 * type and its report as the detail, anything else is INTERNAL and may be tried again.
 */
export function toFailure(error: unknown, signal: AbortSignal, attempt: Attempt): Error {
  if (signal.aborted) {
    const reason: unknown = signal.reason
    return reason instanceof Error ? reason : new CancelledFailure('cancelled')
  }
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error
  const known = asCul8erError(error)
  return ApplicationFailure.create({
    type: known.code,
    message: known.message,
    nonRetryable: known.final || PERMANENT.has(known.code) || isLastAttempt({ code: known.code, ...attempt }),
    details: [known.toJSON()],
    cause: error instanceof Error ? error : undefined,
  })
}

/** Any thrown value as one of our errors. */
export const asCul8erError = (error: unknown): Cul8erError =>
  error instanceof Cul8erError ? error : new Cul8erError('INTERNAL', messageOf(error), { cause: error })
