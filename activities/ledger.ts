import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import { WorkflowFailedError } from '@temporalio/client'
import { endOf, isEnd, type Activities, type AwaitedEnd } from '../src/contracts/index.js'
import { readState } from '../src/contracts/exported-state.js'
import { Cul8erError } from '../src/errors.js'
import { numbersShown } from '../src/plan/numbers-shown.js'
import { oursOf } from '../src/plan/ours.js'
import type { ActivityDeps } from './deps.js'
import { observeEach, observeHosts } from './observe.js'
import { step } from './step.js'

type Ours = Pick<Activities, 'numbersInUse' | 'checkState' | 'awaitOperation'>

/** What a ledger needs from outside. */
export function ledgerActivities(deps: ActivityDeps): Ours {
  return {
    numbersInUse: step(async ({ topology, project, hosts, partly = false }, signal) => {
      const observed = partly
        ? (await observeEach(deps.executorFor, hosts, project, signal, PARTLY_MS)).observed
        : await observeHosts(deps.executorFor, hosts, project, signal)
      const shown = numbersShown(oursOf(topology, observed))
      return { ...shown, operation: Math.max(shown.operation, await deps.fence.lastBegun(topology)) }
    }),
    checkState: step(async ({ state }) => readState(state)),
    awaitOperation: step(({ workflowId, forMs }, signal) => awaitOperation(workflowId, forMs, signal)),
  }
}

/** ms that a host gets that need not answer: less than the ledger waits for all of them. */
const PARTLY_MS = 5_000
/** ms between two looks at whether it has ended. */
const LOOK_MS = 2_000

async function awaitOperation(workflowId: string, forMs: number, signal: AbortSignal): Promise<AwaitedEnd | null> {
  const handle = Context.current().client.workflow.getHandle(workflowId)
  for (const until = Date.now() + forMs; ;) {
    const status = await handle.describe().then(
      (described) => described.status.name,
      (error: unknown) => (isNotFound(error) ? ('GONE' as const) : ('UNKNOWN' as const)),
    )
    if (status === 'GONE') return lost(`workflow ${workflowId} is no longer on the Temporal server`)
    const end = status === 'RUNNING' || status === 'UNKNOWN' ? null : await endOrLoss(handle.result())
    if (end !== null) return end
    if (Date.now() >= until) return null
    await sleep(Math.min(LOOK_MS, until - Date.now()), undefined, { signal })
  }
}

/** null: the server gave no answer, which says nothing of the operation. */
async function endOrLoss(result: Promise<unknown>): Promise<AwaitedEnd | null> {
  try {
    const end = await result
    return isEnd(end) ? { end } : lost('it ended without a result')
  } catch (error) {
    const end = endOf(error)
    if (end !== null) return { end }
    return error instanceof WorkflowFailedError ? lost(error.message) : null
  }
}

const lost = (message: string): AwaitedEnd => ({ lost: new Cul8erError('NEEDS_ATTENTION', message).toJSON() })

const isNotFound = (error: unknown): boolean => error instanceof Error && error.name === 'WorkflowNotFoundError'
