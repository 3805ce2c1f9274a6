import type { Client } from '@temporalio/client'
import { optionalTsToMs } from '@temporalio/common/lib/time.js'
import type { Poller } from './no-worker.js'

/** Who asks for activities of a queue, as far as the server says; none when it does not answer that. */
export async function pollersOf({ options, workflowService }: Client, queue: string): Promise<Poller[]> {
  const { namespace } = options
  const answer = await workflowService
    .describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType: ACTIVITIES })
    .catch(() => null)
  return (answer?.pollers ?? []).map(({ lastAccessTime }) => ({ lastAccessMs: optionalTsToMs(lastAccessTime) ?? null }))
}

/** temporal.api.enums.v1.TaskQueueType */
const ACTIVITIES = 2
