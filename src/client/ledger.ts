import { randomUUID } from 'node:crypto'
import type { UpdateDefinition } from '@temporalio/common'
import { nearest } from '../topology/nearest.js'
import { Cul8erError } from '../errors.js'
import {
  importState,
  ledgerId,
  progress,
  setTtl,
  startOperation,
  WorkflowType,
  type Asked,
  type Imported,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
} from '../contracts/index.js'
import { becomes } from '../waiting/poll.js'
import { isNotFound } from '../ledgers/failures.js'
import { askState, findLedger, withLedger } from '../ledgers/find.js'
import { inTime } from './in-time.js'
import type { Link } from './link.js'

/**
 * Asks the ledger for an operation; a deploy starts the ledger if the topology has none yet.
 * @throws Cul8erError OPERATION_IN_PROGRESS and whatever else the ledger refuses with
 */
export async function askForOperation(link: Link, topology: string, asked: Asked): Promise<OperationStarted> {
  const begins = asked.kind === 'deploy'
  try {
    return await inTime(link, (notAfter) => {
      const requestId = randomUUID()
      const request: OperationRequest = { by: link.by, ...asked, requestId, notAfter }
      // Sent again after an answer that got lost, it is the same update.
      return askLedger(link, topology, startOperation, request, { updateId: requestId, begins })
    })
  } catch (error) {
    throw await withStep(link, error)
  }
}

/** @param begins - whether a topology without a ledger gets one */
async function askLedger<Output, Input>(
  link: Link,
  topology: string,
  update: UpdateDefinition<Output, [Input]>,
  input: Input,
  { updateId, begins }: { updateId: string; begins: boolean },
): Promise<Output> {
  return link.call(async (client) => {
    for (let left = 3; ; left -= 1) {
      const found = await findLedger(client, topology)
      if (found !== 'running') {
        if (found === null && !begins) throw neverDeployed(topology)
        const startWorkflowOperation = withLedger(topology, found)
        return client.workflow.executeUpdateWithStart(update, { args: [input], updateId, startWorkflowOperation })
      }
      try {
        return await client.workflow.getHandle(ledgerId(topology)).executeUpdate(update, { args: [input], updateId })
      } catch (error) {
        // It was terminated a moment ago.
        if (left === 0 || !isNotFound(error)) throw error
      }
    }
  })
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
      return await askState(client, topology)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  })
}

/** What all topologies are in. The list of workflows lags behind: one that was forgotten a moment ago is left out. */
export async function ledgerStates(link: Link): Promise<LedgerState[]> {
  const states = await Promise.all((await ledgerNames(link)).map((name) => ledgerIfKnown(link, name)))
  return states.filter((state) => state !== null)
}

/** @throws Cul8erError UNKNOWN_TOPOLOGY */
export async function knownLedger(link: Link, topology: string): Promise<LedgerState> {
  const state = await ledgerIfKnown(link, topology)
  if (state === null) throw await neverDeployedOr(link, topology)
  return state
}

/** With the name that was meant, where one of those deployed is near. */
async function neverDeployedOr(link: Link, topology: string): Promise<Cul8erError> {
  const names = await ledgerNames(link).catch(() => [])
  return neverDeployed(topology, nearest(topology, names))
}

/** A topology's state; null when nothing was ever deployed under its name, or it was forgotten. */
export async function ledgerIfKnown(link: Link, topology: string): Promise<LedgerState | null> {
  const state = await readLedger(link, topology)
  return state === null || (isEmpty(state) && (await isForgotten(link, topology))) ? null : state
}

const isEmpty = ({ desired, current }: LedgerState): boolean => desired === null && current === null

/** It was told to end, and nothing was there any more. Its numbers are gone on with should the name come again. */
const isForgotten = (link: Link, topology: string): Promise<boolean> =>
  link.call(async (client) => {
    const { status } = await client.workflow.getHandle(ledgerId(topology)).describe()
    return status.name === 'COMPLETED'
  })

/**
 * Ends the ledger of a topology of which nothing is there.
 * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS, IN_USE while anything is deployed, SERVICE when it does not end
 */
export async function forgetLedger(link: Link, topology: string): Promise<void> {
  const { desired, current } = await knownLedger(link, topology)
  if (current !== null) {
    throw new Cul8erError('OPERATION_IN_PROGRESS', `${current.kind} of ${topology} (${current.id}) is in progress`, {
      hint: `cul8er attach ${topology} follows it`,
      details: { operation: current.id, workflowId: current.workflowId },
    })
  }
  if (desired !== null) {
    throw new Cul8erError('IN_USE', `${topology} is deployed, and its state is what finds its instances`, {
      hint: `cul8er destroy ${topology} removes them; then it can be forgotten`,
    })
  }
  await link.call((client) => client.workflow.getHandle(ledgerId(topology)).cancel())
  if (await becomes(() => isForgotten(link, topology), { everyMs: 50, withinMs: FORGET_MS })) return
  throw new Cul8erError('SERVICE', `the ledger of ${topology} did not end`, {
    hint: 'is a worker running? an operation may have begun meanwhile: cul8er status shows it',
  })
}

const FORGET_MS = 10_000

export function writeTtl(link: Link, topology: string, ttlMs: number | null): Promise<{ expiresAt: string | null }> {
  return inTime(link, (notAfter) =>
    askLedger(link, topology, setTtl, { ttlMs, notAfter }, { updateId: randomUUID(), begins: false }),
  )
}

/** @param state - checked; the ledger has it checked again */
export function loadLedger(link: Link, state: LedgerState, { force = false }: { force?: boolean }): Promise<Imported> {
  return inTime(link, (notAfter) =>
    askLedger(link, state.topology, importState, { state, force, notAfter }, { updateId: randomUUID(), begins: true }),
  )
}

/** Names of all topologies that have a ledger, or had one until it was terminated; not of those that were forgotten. */
export async function ledgerNames(link: Link): Promise<string[]> {
  const query = `WorkflowType = '${WorkflowType.ledger}' AND ExecutionStatus != 'ContinuedAsNew' AND ExecutionStatus != 'Completed'`
  return link.call(async (client) => {
    const names = new Set<string>()
    for await (const { workflowId } of client.workflow.list({ query })) names.add(workflowId.replace(/^topology\//, ''))
    return [...names].sort()
  })
}

/** @param meant - one that was deployed, and is called almost so */
export const neverDeployed = (topology: string, meant?: string): Cul8erError => {
  const near = meant === undefined || meant === topology ? '' : ` (did you mean ${meant}?)`
  return new Cul8erError('UNKNOWN_TOPOLOGY', `topology ${topology} was never deployed${near}`, {
    hint: 'cul8er deploy deploys what the topology file declares; cul8er state list shows what was deployed',
  })
}
