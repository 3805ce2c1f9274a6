import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import {
  activityIdOf,
  ledgerId,
  TASK_QUEUE,
  WorkflowType,
  type InspectAnswers,
  type InspectKind,
  type InspectRequest,
} from '../contracts/index.js'
import { Cul8erError, PERMANENT } from '../errors.js'
import { isUnimplemented } from '../ledgers/failures.js'
import type { Link } from './link.js'

/** Name of the activity. */
const INSPECT = 'inspect'
/** ms for one look at all hosts. */
const LOOK_MS = 120_000

/**
 * Has a worker look at the hosts; changes nothing, but for `cordon`. It is an activity without a workflow where the server has those, so that it
 * leaves nothing in the list of workflows; else a short workflow.
 * @param topology - under whose name the look shows in the Web UI
 */
export async function inspect<Kind extends InspectKind>(
  link: Link,
  topology: string,
  request: InspectRequest<Kind>,
): Promise<InspectAnswers[Kind]> {
  const id = activityIdOf(INSPECT, `${ledgerId(topology)}/${randomUUID()}`)
  const summary = `${request.kind} of ${topology}`
  const asked = { hostTimeoutMs: HOST_TIMEOUT_MS, ...request }
  if (await link.call((client) => startActivity(client, id, summary, asked))) {
    const answer = await activityResult<InspectAnswers[Kind]>(link, id)
    await forget(link.client, id)
    return answer
  }
  await link.call((client) => startWorkflow(client, id, summary, asked))
  return link.call((client): Promise<InspectAnswers[Kind]> => client.workflow.getHandle(id).result())
}

/** How long a host may give no answer, ms: somebody waits for it at a prompt. */
const HOST_TIMEOUT_MS = 8_000

/** A look that takes longer than a call is tried for is no sign that there is no worker: one that has begun is waited for. */
async function activityResult<Answer>(link: Link, id: string): Promise<Answer> {
  for (const until = Date.now() + LOOK_MS; ;) {
    try {
      return await link.call((client): Promise<Answer> => client.activity.getHandle(id).result())
    } catch (error) {
      const silence = error instanceof Cul8erError && error.code === 'SERVICE' && Date.now() < until
      if (!silence || !(await hasBegun(link.client, id))) throw error
    }
  }
}

const hasBegun = (client: Client, id: string): Promise<boolean> =>
  client
    .withDeadline(Date.now() + SHORT_MS, () => client.activity.getHandle(id).describe())
    .then(
      ({ lastStartedTime }) => lastStartedTime !== undefined,
      () => false,
    )

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
    await client.activity.start(INSPECT, {
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
        // Within the patience of a person.
        maximumAttempts: 4,
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

/** ms for a call that is a courtesy. */
const SHORT_MS = 1_000

/** An answer that was read is not kept: nobody reads it again, and following a log asks many times. */
async function forget(client: Client, activityId: string): Promise<void> {
  const { namespace } = client.options
  await client
    .withDeadline(Date.now() + SHORT_MS, () =>
      client.workflowService.deleteActivityExecution({ namespace, activityId }),
    )
    .catch(() => undefined)
}
