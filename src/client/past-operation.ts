import type { Client } from '@temporalio/client'
import { Cul8erError } from '../errors.js'
import {
  operationId,
  operationWorkflowId,
  progress,
  type HistoryEntry,
  type LedgerState,
  type OperationSummary,
  type StepRecord,
} from '../contracts/index.js'
import { isNoAnswer, isNotFound } from '../ledgers/failures.js'
import type { Link } from './link.js'
import { operationEnd } from './operation-end.js'

/** One operation as the history and its own workflow know it. */
export interface PastOperation {
  topology: string
  operation: string
  /** null: it is in progress, or no longer in the history. */
  ended: HistoryEntry | null
  /** null: it has ended. */
  current: OperationSummary | null
  /** null: Temporal keeps its workflow no longer. Of a wide operation the last ones. */
  steps: StepRecord[] | null
}

/**
 * @param number - of the operation
 * @throws Cul8erError NOT_FOUND for one that neither the ledger nor Temporal knows
 */
export async function readOperation(link: Link, state: LedgerState, number: number): Promise<PastOperation> {
  const { topology } = state
  const ended = state.history.findLast((entry) => entry.number === number) ?? null
  const current = state.current?.number === number ? state.current : null
  const steps = await link.call((client) => stepsOf(client, operationWorkflowId(topology, number), current !== null))
  if (ended === null && current === null && steps === null) {
    throw new Cul8erError(
      'NOT_FOUND',
      `${topology} has no operation ${operationId(number)}, or it is no longer recorded`,
      {
        hint: `cul8er history ${topology} lists those that are recorded`,
      },
    )
  }
  return { topology, operation: operationId(number), ended, current, steps }
}

/** From how it ended; of one that goes on, or was terminated, from what it says itself. */
async function stepsOf(client: Client, workflowId: string, goesOn: boolean): Promise<StepRecord[] | null> {
  try {
    if (!goesOn) return (await operationEnd(client, workflowId)).result.steps
  } catch (error) {
    if (isNotFound(error)) return null
    if (isNoAnswer(error)) throw error
  }
  try {
    return (await client.workflow.getHandle(workflowId).query(progress)).steps
  } catch (error) {
    if (isNoAnswer(error)) throw error
    return null
  }
}
