import { randomUUID } from 'node:crypto'
import { WithStartWorkflowOperation } from '@temporalio/client'
import { Cul8erError } from '../errors.js'
import {
  importState,
  ledgerId,
  ledgerState,
  progress,
  setTtl,
  startOperation,
  TASK_QUEUE,
  WorkflowType,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
} from '../contracts/index.js'
import { isNotFound } from './failures.js'
import type { Link } from './link.js'

/**
 * Asks the ledger for an operation; the ledger is started if the topology has none yet.
 * @throws Cul8erError OPERATION_IN_PROGRESS and whatever else the ledger refuses with
 */
export async function askForOperation(
  link: Link,
  topology: string,
  request: OperationRequest,
): Promise<OperationStarted> {
  try {
    return await link.call((client) =>
      client.workflow.executeUpdateWithStart(startOperation, {
        args: [request],
        // Sent again after an answer that got lost, it is the same update.
        updateId: request.requestId,
        startWorkflowOperation: withLedger(topology),
      }),
    )
  } catch (error) {
    throw await withStep(link, error)
  }
}

/** A refusal for an operation in progress also says what that one is doing: only its own workflow knows. */
async function withStep(link: Link, error: unknown): Promise<unknown> {
  if (!(error instanceof Cul8erError) || error.code !== 'OPERATION_IN_PROGRESS') return error
  const { code, message, hint, details = {} } = error
  const { workflowId } = details
  if (typeof workflowId !== 'string') return error
  try {
    const { step } = await link.client.workflow.getHandle(workflowId).query(progress)
    return new Cul8erError(code, `${message}: ${step}`, { hint, details: { ...details, step }, cause: error })
  } catch {
    return error
  }
}

/** A topology's state, or null when nothing was ever deployed under its name. */
export async function readLedger(link: Link, topology: string): Promise<LedgerState | null> {
  return link.call(async (client) => {
    try {
      return await client.workflow.getHandle(ledgerId(topology)).query(ledgerState)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  })
}

/** @throws Cul8erError UNKNOWN_TOPOLOGY */
export async function knownLedger(link: Link, topology: string): Promise<LedgerState> {
  const state = await readLedger(link, topology)
  if (state === null) throw neverDeployed(topology)
  return state
}

export async function writeTtl(
  link: Link,
  topology: string,
  ttlMs: number | null,
): Promise<{ expiresAt: string | null }> {
  const updateId = randomUUID()
  return link.call(async (client) => {
    try {
      return await client.workflow.getHandle(ledgerId(topology)).executeUpdate(setTtl, { args: [{ ttlMs }], updateId })
    } catch (error) {
      throw isNotFound(error) ? neverDeployed(topology) : error
    }
  })
}

export function loadLedger(link: Link, state: LedgerState): Promise<{ revisions: number }> {
  const updateId = randomUUID()
  return link.call((client) =>
    client.workflow.executeUpdateWithStart(importState, {
      args: [state],
      updateId,
      startWorkflowOperation: withLedger(state.topology),
    }),
  )
}

/** Names of all topologies that have a ledger. */
export async function ledgerNames(link: Link): Promise<string[]> {
  const query = `WorkflowType = '${WorkflowType.ledger}' AND ExecutionStatus = 'Running'`
  return link.call(async (client) => {
    const names: string[] = []
    for await (const { workflowId } of client.workflow.list({ query }))
      names.push(workflowId.replace(/^topology\//, ''))
    return names.sort()
  })
}

/** Starts a topology's ledger where there is none. A new one for each attempt: it cannot be used twice. */
export const withLedger = (topology: string) =>
  new WithStartWorkflowOperation(WorkflowType.ledger, {
    workflowId: ledgerId(topology),
    taskQueue: TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ topology }],
    staticSummary: `ledger of ${topology}`,
  })

const neverDeployed = (topology: string): Cul8erError =>
  new Cul8erError('UNKNOWN_TOPOLOGY', `nothing was ever deployed as ${topology}`, {
    hint: 'cul8er state list shows what was',
  })
