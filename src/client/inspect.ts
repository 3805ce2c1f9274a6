import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import {
  ledgerId,
  TASK_QUEUE,
  WorkflowType,
  type InspectAnswers,
  type InspectKind,
  type InspectRequest,
} from '../contracts/index.js'
import { PERMANENT } from '../errors.js'
import { isUnimplemented } from './failures.js'
import type { Link } from './link.js'

/** ms for one look at all hosts. */
const LOOK_MS = 120_000

/**
 * Has a worker look at the hosts; changes nothing. It is an activity without a workflow where the server has those, so that it
 * leaves nothing in the list of workflows; else a short workflow.
 * @param topology - under whose name the look shows in the Web UI
 */
export async function inspect<Kind extends InspectKind>(
  link: Link,
  topology: string,
  request: InspectRequest<Kind>,
): Promise<InspectAnswers[Kind]> {
  const id = `${ledgerId(topology)}/inspect/${randomUUID()}`
  const summary = `${request.kind} of ${topology}`
  const standalone = await link.call((client) => startActivity(client, id, summary, request))
  if (!standalone) await link.call((client) => startWorkflow(client, id, summary, request))
  const answer = await link.call((client): Promise<InspectAnswers[Kind]> =>
    standalone ? client.activity.getHandle(id).result() : client.workflow.getHandle(id).result(),
  )
  if (standalone) await forget(link.client, id)
  return answer
}

/** Clients of servers that were found to have no standalone activities, or to have them switched off. */
const withoutStandalone = new WeakSet<Client>()

/** @returns false where the server has no standalone activities */
async function startActivity(
  client: Client,
  id: string,
  summary: string,
  request: { kind: InspectKind },
): Promise<boolean> {
  if (withoutStandalone.has(client)) return false
  try {
    await client.activity.start('inspect', {
      id,
      taskQueue: TASK_QUEUE,
      args: [request],
      summary,
      idConflictPolicy: 'USE_EXISTING',
      scheduleToCloseTimeout: LOOK_MS,
      startToCloseTimeout: LOOK_MS,
      // As in workflows: activities beat every 1.5 s; four missed beats are a dead worker.
      heartbeatTimeout: 6_000,
      retry: {
        initialInterval: 250,
        maximumInterval: 10_000,
        maximumAttempts: 8,
        nonRetryableErrorTypes: [...PERMANENT],
      },
    })
    return true
  } catch (error) {
    if (!isUnimplemented(error)) throw error
    withoutStandalone.add(client)
    return false
  }
}

async function startWorkflow(
  client: Client,
  id: string,
  summary: string,
  request: { kind: InspectKind },
): Promise<void> {
  await client.workflow.start(WorkflowType.inspect, {
    workflowId: id,
    taskQueue: TASK_QUEUE,
    args: [request],
    workflowExecutionTimeout: LOOK_MS,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: summary,
  })
}

/** ms that the removal of an answer may take: it is a courtesy. */
const FORGET_MS = 1_000

/** An answer that was read is not kept: nobody reads it again, and following a log asks many times. */
async function forget(client: Client, activityId: string): Promise<void> {
  const { namespace } = client.options
  await client
    .withDeadline(Date.now() + FORGET_MS, () =>
      client.workflowService.deleteActivityExecution({ namespace, activityId }),
    )
    .catch(() => undefined)
}
