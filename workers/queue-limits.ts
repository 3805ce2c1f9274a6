import proto from '@temporalio/proto'
import type { NativeConnection } from '@temporalio/worker'

const { TaskQueueType } = proto.temporal.api.enums.v1
const KINDS = [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY]

/** Takes off what limits a queue: anybody who reaches the server can limit it to nothing, and then every topology stands still. */
export async function liftQueueLimits(
  { workflowService }: NativeConnection,
  { namespace, taskQueue }: { namespace: string; taskQueue: string },
): Promise<void> {
  for (const taskQueueType of KINDS) {
    const update = { reason: 'a worker started' }
    await workflowService.updateTaskQueueConfig({
      ...{ namespace, taskQueue, taskQueueType, identity: 'cul8er' },
      ...{ updateQueueRateLimit: update, updateFairnessKeyRateLimitDefault: update },
    })
  }
}
