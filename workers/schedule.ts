import { Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client'
import type { NativeConnection } from '@temporalio/worker'
import { TASK_QUEUE, WorkflowType } from '../src/contracts/index.js'

/** How often superfluous artifacts are looked for. */
const EVERY = '6h'

/** Has housekeeping done by itself; a schedule that is there already is left as a person may have set it. */
export async function scheduleHousekeeping(
  connection: NativeConnection,
  { namespace }: { namespace: string },
): Promise<void> {
  const client = new Client({ connection, namespace })
  try {
    await client.schedule.create({
      scheduleId: 'cul8er-housekeeping',
      spec: { intervals: [{ every: EVERY }] },
      action: {
        type: 'startWorkflow',
        workflowType: WorkflowType.housekeeping,
        workflowId: 'housekeeping',
        taskQueue: TASK_QUEUE,
        staticSummary: 'artifacts that no kept revision names',
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    })
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error
  }
}
