import { ApplicationFailure, ChildWorkflowFailure, RetryState } from '@temporalio/common'
import { WorkflowFailedError } from '@temporalio/client'
import { expect, it } from 'vitest'
import { endOf, type OperationEnd } from '../../../src/contracts/index.js'

const end: OperationEnd = {
  result: { topology: 'shop', operation: 'op-1', outcome: 'rolledBack', revision: 1, durationMs: 1, steps: [] },
  dirty: [],
}
const failure = ApplicationFailure.create({ type: 'rolledBack', message: 'no', nonRetryable: true, details: [end] })
const report = ApplicationFailure.create({ type: 'UNHEALTHY', details: [{ code: 'UNHEALTHY', message: 'no' }] })
const ofChild = (cause: Error) =>
  new ChildWorkflowFailure('default', { workflowId: 'w' }, 'rolling', RetryState.NON_RETRYABLE_FAILURE, cause)
const circular: Record<string, unknown> = {}
circular.cause = circular

it.each<[string, unknown, OperationEnd | null]>([
  ['an operation that failed, for its ledger', ofChild(failure), end],
  ['for a client', new WorkflowFailedError('failed', failure, RetryState.NON_RETRYABLE_FAILURE), end],
  ['the failure itself', failure, end],
  ['a failure without an end', ofChild(report), null],
  ['a terminated workflow', ofChild(new Error('terminated')), null],
  ['an end that is none', { details: [{ result: {}, dirty: [] }] }, null],
  ['nothing', undefined, null],
  ['a text', 'failed', null],
  ['a circle', circular, null],
])('%s', (_what, error, expected) => {
  expect(endOf(error)).toEqual(expected)
})
