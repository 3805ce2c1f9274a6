import { CancellationScope, sleep } from '@temporalio/workflow'

/** Activities of a workflow that is gone learn it from the answer to a heartbeat, ms. */
const LAST_ACTIVITY_MS = 7_000

/** Waits, also where this workflow is cancelled, for the activities of a workflow that was terminated. */
export const untilQuiet = (summary: string): Promise<void> =>
  CancellationScope.nonCancellable(() => sleep(LAST_ACTIVITY_MS, { summary }))
