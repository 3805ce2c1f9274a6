import { ApplicationFailure } from '@temporalio/common'
import {
  ServiceError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/common'
import { expect, test } from 'vitest'
import { isNoAnswer, isNoWorker, isNotFound, toCul8erError } from '../../../src/ledgers/failures.js'
import { Cul8erError } from '../../../src/errors.js'

const report = { code: 'NO_ROOM', message: 'no host has room', hint: 'free some', details: { hosts: 2 } }
const failure = ApplicationFailure.create({ type: report.code, message: report.message, details: [report] })
const grpc = (code: number, details = ''): ServiceError =>
  new ServiceError('failed', { cause: Object.assign(new Error(details), { code, details }) })

test.each([
  ['an update that was refused', new WorkflowUpdateFailedError('refused', failure)],
  ['a workflow that failed', new WorkflowFailedError('failed', failure, 'IN_PROGRESS')],
  ['an error of ours', new Cul8erError('NO_ROOM', report.message, report)],
])('%s comes back as what it was', (_name, error) => {
  expect(toCul8erError(error).toJSON()).toEqual(report)
})

test('anything else is told by its innermost message', () => {
  const error = new Error('outside', { cause: new Error('inside') })
  expect(toCul8erError(error).toJSON()).toEqual({ code: 'INTERNAL', message: 'inside' })
})

test.each<[string, unknown, boolean, boolean, boolean]>([
  ['unavailable', grpc(14), true, false, false],
  ['deadline', grpc(4), true, true, false],
  ['no poller', grpc(9, 'no poller seen for task queue recently, worker may be down'), true, true, false],
  ['an update that nobody took', new WorkflowUpdateRPCTimeoutOrCancelledError('late'), true, true, false],
  ['no such workflow', new WorkflowNotFoundError('gone', 'id', undefined), false, false, true],
  ['no such thing', grpc(5), false, false, true],
  ['a refusal', new WorkflowUpdateFailedError('refused', failure), false, false, false],
])('%s', (_name, error, noAnswer, noWorker, notFound) => {
  expect([isNoAnswer(error), isNoWorker(error), isNotFound(error)]).toEqual([noAnswer, noWorker, notFound])
})
