import { randomUUID } from 'node:crypto'
import { ledgerId, TASK_QUEUE, WorkflowType, type InspectRequest, type InspectResult } from '../contracts/index.js'
import type { Link } from './link.js'

/** ms for one look at all hosts. */
const LOOK_MS = 120_000

/**
 * Has a worker look at the hosts; changes nothing.
 * @param topology - under whose name the look shows in the Web UI
 */
export async function inspect(link: Link, topology: string, request: InspectRequest): Promise<InspectResult> {
  const workflowId = `${ledgerId(topology)}/inspect/${randomUUID()}`
  await link.call((client) =>
    client.workflow.start(WorkflowType.inspect, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [request],
      workflowExecutionTimeout: LOOK_MS,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `${request.kind} of ${topology}`,
    }),
  )
  return link.call((client) => client.workflow.getHandle(workflowId).result() as Promise<InspectResult>)
}
