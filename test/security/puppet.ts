import type { Connection } from '@temporalio/client'
import type { temporal } from '@temporalio/proto'

type Command = temporal.api.command.v1.ICommand

const QUEUE = 'of-a-stranger'

/** A workflow of a stranger's, on a queue of the stranger's own, who answers its first task with these commands; its run. */
export async function puppet(
  connection: Connection,
  { workflowId, commands }: { workflowId: string; commands: Command[] },
): Promise<string> {
  const { workflowService: service } = connection
  const namespace = 'default'
  const taskQueue = { name: QUEUE }
  const { runId } = await service.startWorkflowExecution({
    ...{ namespace, workflowId, workflowType: { name: 'puppet' }, taskQueue, requestId: crypto.randomUUID() },
    ...{ workflowIdReusePolicy: 1, workflowIdConflictPolicy: 1 },
  })
  for (;;) {
    const { taskToken, workflowExecution } = await connection.withDeadline(Date.now() + 30_000, () =>
      service.pollWorkflowTaskQueue({ namespace, taskQueue }),
    )
    const mine = workflowExecution?.runId === runId
    await service.respondWorkflowTaskCompleted({ namespace, taskToken, commands: mine ? commands : [] })
    if (mine) return runId
  }
}
