import type { Client } from '@temporalio/client'
import { WorkflowType, type InspectKind } from '../contracts/index.js'
import { isUnimplemented } from '../ledgers/failures.js'

/* How a worker is asked to look at hosts: by an activity without a workflow where the server has those, else by a short workflow. */

/** Name of the activity. */
export const INSPECT = 'inspect'

/** A look that is asked for. */
export interface Look {
  /** Of the activity, or of the workflow. */
  id: string
  taskQueue: string
  /** For people. */
  summary: string
  request: { kind: InspectKind }
}

type ActivityBounds = Pick<
  Parameters<Client['activity']['start']>[1],
  'scheduleToCloseTimeout' | 'scheduleToStartTimeout' | 'startToCloseTimeout' | 'retry'
>

/** Clients of servers that were found to have no standalone activities, or to have them switched off. */
const withoutStandalone = new WeakSet<object>()

/** @returns false where the server has no standalone activities */
export async function beginActivity(
  client: Client,
  { id, taskQueue, summary, request }: Look,
  bounds: ActivityBounds,
): Promise<boolean> {
  if (withoutStandalone.has(client.connection)) return false
  try {
    await client.activity.start(INSPECT, {
      ...{ id, taskQueue, summary, args: [request], idConflictPolicy: 'USE_EXISTING' },
      // As in workflows: activities beat every 1.5 s; four missed beats are a dead worker.
      heartbeatTimeout: 6_000,
      ...bounds,
    })
    return true
  } catch (error) {
    if (!isUnimplemented(error)) throw error
    withoutStandalone.add(client.connection)
    return false
  }
}

/** @param limitMs - for all of it */
export async function beginWorkflow(
  client: Client,
  { id, taskQueue, summary, request }: Look,
  limitMs: number,
): Promise<void> {
  await client.workflow.start(WorkflowType.inspect, {
    ...{ workflowId: id, taskQueue, args: [request], staticSummary: summary },
    workflowExecutionTimeout: limitMs,
    workflowIdConflictPolicy: 'USE_EXISTING',
  })
}

/** An answer that was read is not kept: nobody reads it again, and following a log asks many times. */
export async function forget(client: Client, activityId: string): Promise<void> {
  const { namespace } = client.options
  await client
    .withDeadline(Date.now() + COURTESY_MS, () =>
      client.workflowService.deleteActivityExecution({ namespace, activityId }),
    )
    .catch(() => undefined)
}

/** ms for a call that is a courtesy. */
export const COURTESY_MS = 1_000
