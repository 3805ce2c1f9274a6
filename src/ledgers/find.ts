import { randomUUID } from 'node:crypto'
import { WithStartWorkflowOperation, type Client } from '@temporalio/client'
import {
  ledgerId,
  ledgerSays,
  TASK_QUEUE,
  WorkflowType,
  type LedgerInput,
  type LedgerState,
} from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import { isNoAnswer } from './failures.js'

/**
 * A topology's ledger: running, or the last state of one that was terminated, which a new one goes on from. null: there is none, or
 * none that can be read; should the hosts know more, the new ledger says so before it starts anything.
 */
export async function findLedger(client: Client, topology: string): Promise<'running' | LedgerState | null> {
  const handle = client.workflow.getHandle(ledgerId(topology))
  try {
    const { status } = await handle.describe()
    if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return 'running'
    if (status.name === 'COMPLETED') {
      const forgotten = await lastState(client, topology)
      return forgotten === null ? null : { ...forgotten, history: [], revisions: [] }
    }
  } catch (error) {
    if (isNoAnswer(error)) throw error
    return null
  }
  return lastState(client, topology)
}

/** What the last run that can be read knew. One whose history was reset says nothing, and one that a stranger began is not believed. */
async function lastState(client: Client, topology: string): Promise<LedgerState | null> {
  let left = RUNS_READ
  for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = '${ledgerId(topology)}'` })) {
    if (left === 0) break
    left -= 1
    if (status.name === 'CONTINUED_AS_NEW') continue
    try {
      return await askState(client, topology, runId)
    } catch (error) {
      if (isNoAnswer(error)) throw error
    }
  }
  return null
}

/** Latest runs that are looked at. */
const RUNS_READ = 10

/** @throws Cul8erError PERMISSION for the answer to another question */
export async function askState(client: Client, topology: string, runId?: string): Promise<LedgerState> {
  const asked = randomUUID()
  const { nonce, state } = await client.workflow.getHandle(ledgerId(topology), runId).query(ledgerSays, asked)
  if (nonce === asked) return state
  throw new Cul8erError('PERMISSION', `the Temporal server answered a different query about ${topology}`, {
    hint: 'is this the right server? docs/security.md explains who else can answer there',
  })
}

/**
 * Starts a topology's ledger where there is none. A new one for each attempt: it cannot be used twice.
 * @param state - of a ledger that was terminated
 * @param nowMs - by the server's clock, should it go by another time
 */
export const withLedger = (topology: string, state: LedgerState | null = null, nowMs = Date.now()) =>
  new WithStartWorkflowOperation(WorkflowType.ledger, {
    workflowId: ledgerId(topology),
    taskQueue: TASK_QUEUE,
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [{ topology, ...(state === null ? {} : { state }), notAfter: beginsBefore(nowMs) }] satisfies [LedgerInput],
    staticSummary: `ledger of ${topology}`,
  })

/** Clocks of commands and servers differ; what begins a ledger is worth nothing for good. */
const beginsBefore = (nowMs: number): string => new Date(nowMs + 60 * 60_000).toISOString()
