import { randomUUID } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import { steer, type Asked, type Steering } from '../contracts/index.js'
import { askForOperation, knownLedger } from './ledger.js'
import type { Link } from './link.js'
import { Run } from './run.js'

/** How an operation is started. */
export interface StartOptions {
  force?: boolean
  /** Wait for an operation in progress instead of being refused. */
  wait?: boolean
  /** Called once when the wait begins. */
  waiting?: (reason: Cul8erError) => void
}

/**
 * Starts an operation. What an `unhealthy` policy began by itself is waited for: a person goes first, and nobody else can end it.
 * @throws Cul8erError OPERATION_IN_PROGRESS for any other unless it shall wait, and whatever else the ledger refuses with
 */
export async function startRun(
  link: Link,
  topology: string,
  asked: Asked,
  { wait = false, waiting }: StartOptions,
): Promise<Run> {
  let tell = waiting
  for (;;) {
    try {
      return new Run(link, topology, await askForOperation(link, topology, asked))
    } catch (error) {
      const inProgress = wait || isOfPolicy(error) ? operationIn(error) : null
      if (inProgress === null) throw error
      tell?.(error as Cul8erError)
      tell = undefined
      await new Run(link, topology, { ...inProgress, revision: 0 }).result()
    }
  }
}

/**
 * Says something to the operation in progress.
 * @throws Cul8erError NOTHING_TO_STEER when there is none, or when it makes no sense now
 */
export async function steerOperation(
  link: Link,
  topology: string,
  action: Steering,
): Promise<{ operation: string; accepted: string }> {
  const { current, history } = await knownLedger(link, topology)
  if (current === null) {
    throw new Cul8erError('NOTHING_TO_STEER', `no operation of ${topology} is in progress`, {
      ...(history.length === 0 ? {} : { hint: `cul8er history ${topology} shows how the last ones ended` }),
    })
  }
  const updateId = randomUUID()
  const { accepted } = await link.call((client) =>
    client.workflow.getHandle(current.workflowId).executeUpdate(steer, { args: [{ action }], updateId }),
  )
  return { operation: current.id, accepted }
}

/** An automatic restart or replacement, which takes seconds and comes again as long as the app is unhealthy. */
function isOfPolicy(error: unknown): boolean {
  const { automatic, kind } = (error instanceof Cul8erError ? error.details : undefined) ?? {}
  return automatic === true && (kind === 'restart' || kind === 'replace')
}

function operationIn(error: unknown): { operation: string; workflowId: string } | null {
  if (!(error instanceof Cul8erError) || error.code !== 'OPERATION_IN_PROGRESS') return null
  const { operation, workflowId } = error.details ?? {}
  return typeof operation === 'string' && typeof workflowId === 'string' ? { operation, workflowId } : null
}
