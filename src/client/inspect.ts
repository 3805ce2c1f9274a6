import { randomUUID } from 'node:crypto'
import type { Client } from '@temporalio/client'
import {
  activityIdOf,
  ledgerId,
  TASK_QUEUE,
  type InspectAnswers,
  type InspectKind,
  type InspectRequest,
} from '../contracts/index.js'
import { Cul8erError, PERMANENT } from '../errors.js'
import { beginActivity, beginWorkflow, COURTESY_MS, forget, INSPECT, type Look } from '../looks/begin.js'
import type { Link } from './link.js'

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
  const look: Look = {
    ...{ id, taskQueue: TASK_QUEUE, summary: `${request.kind} of ${topology}` },
    request: { hostTimeoutMs: HOST_TIMEOUT_MS, ...request },
  }
  if (await link.call((client) => beginActivity(client, look, BOUNDS))) {
    const answer = await activityResult<InspectAnswers[Kind]>(link, id)
    await forget(link.client, id)
    return answer
  }
  await link.call((client) => beginWorkflow(client, look, LOOK_MS))
  return link.call((client): Promise<InspectAnswers[Kind]> => client.workflow.getHandle(id).result())
}

const BOUNDS = {
  scheduleToCloseTimeout: LOOK_MS,
  startToCloseTimeout: LOOK_MS,
  retry: {
    initialInterval: 250,
    maximumInterval: 10_000,
    // Within the patience of a person.
    maximumAttempts: 4,
    nonRetryableErrorTypes: [...PERMANENT],
  },
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
    .withDeadline(Date.now() + COURTESY_MS, () => client.activity.getHandle(id).describe())
    .then(
      ({ lastStartedTime }) => lastStartedTime !== undefined,
      () => false,
    )
