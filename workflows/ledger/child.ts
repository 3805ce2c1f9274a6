import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, startChild } from '@temporalio/workflow'
import { endOf, isEnd, type AwaitedEnd, type LedgerState, type OperationRequest } from '../../src/contracts/index.js'
import type { OperationSummary } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { whenSettled } from '../concurrency.js'
import { searchAttributes } from '../operations/search.js'
import { reportOf } from '../engine/failure.js'
import { untilQuiet } from '../engine/quiet.js'
import { wait } from './activities.js'
import { operationInput, workflowType } from './input.js'

/** Starts the operation's workflow, and tells how it ends when it does. */
export async function startOperationWorkflow(
  state: LedgerState,
  request: OperationRequest,
  current: OperationSummary,
  ended: (how: AwaitedEnd) => void,
): Promise<void> {
  const input = operationInput(state, request, current)
  const child = await startChild(workflowType(request, input.revision.topology.strategy.approach), {
    workflowId: current.workflowId,
    args: [input],
    // A ledger that ends must not take an operation down in the middle of a batch.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: searchAttributes(input),
    staticSummary: `${request.kind} of ${state.topology}, revision ${current.revision}`,
  })
  whenSettled(endOrLoss(child.result()), (how) => {
    ended(how.status === 'fulfilled' ? how.value : { lost: reportOf(how.reason) })
  })
}

async function endOrLoss(result: Promise<unknown>): Promise<AwaitedEnd> {
  try {
    const end = await result
    return await quietly(isEnd(end) ? { end } : NO_END)
  } catch (error) {
    const end = endOf(error)
    return quietly(end === null ? { lost: reportOf(error) } : { end })
  }
}

const NO_END: AwaitedEnd = { lost: { code: 'INTERNAL', message: 'it ended without a result' } }

/** What an operation that is lost was doing comes to its end before anything else begins. */
async function quietly(how: AwaitedEnd): Promise<AwaitedEnd> {
  if ('lost' in how) await untilQuiet('until the activities of a lost operation have ended')
  return how
}

/** Why an operation's workflow did not start. */
export function notStarted(error: unknown, current: OperationSummary): ErrorReport {
  if (!(error instanceof WorkflowExecutionAlreadyStartedError)) return reportOf(error)
  const { id, workflowId } = current
  return {
    code: 'OPERATION_IN_PROGRESS',
    message: `workflow ${workflowId} is already running, but the ledger does not know it`,
    hint: 'wait for its end, or terminate it in the Web UI',
    details: { operation: id, workflowId },
  }
}

/** A ledger before this one started the operation and was terminated: how it ended by now, or null. */
export async function adopted({ workflowId }: OperationSummary): Promise<AwaitedEnd | null> {
  const how = await wait(workflowId, 0).awaitOperation({ workflowId, forMs: 0 })
  return how === null ? null : quietly(how)
}

/** ms of one wait. */
const WAIT_MS = 30 * 60_000

/** Follows an operation that a ledger before this one started. */
export function followAdopted({ workflowId }: OperationSummary, ended: (how: AwaitedEnd) => void): void {
  whenSettled(untilEnd(workflowId), (how) => {
    ended(how.status === 'fulfilled' ? how.value : { lost: reportOf(how.reason) })
  })
}

async function untilEnd(workflowId: string): Promise<AwaitedEnd> {
  for (;;) {
    const how = await wait(workflowId, WAIT_MS).awaitOperation({ workflowId, forMs: WAIT_MS })
    if (how !== null) return quietly(how)
  }
}
