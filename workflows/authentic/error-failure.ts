import type { temporal } from '@temporalio/proto'

/** What an answer that is not believed is to the workflow: an error of ours that no retry mends. */
export const errorFailure = (message: string): temporal.api.failure.v1.IFailure => ({
  message,
  source: 'cul8er',
  applicationFailureInfo: { type: 'PERMISSION', nonRetryable: true },
})
