import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { HostsSeen, HostWatchInput } from '../../src/contracts/index.js'
import { watching } from '../engine/activities.js'

/** ms of one look: a history grows by three events in this time. */
const LOOK_MS = 30 * 60_000

/** Watches the hosts of a topology, and ends with what it saw when one of them came to another state. */
export async function hostWatch(input: HostWatchInput): Promise<HostsSeen> {
  for (;;) {
    const look = watching({ summary: `hosts of ${input.topology}`, waitMs: LOOK_MS })
    const seen = await look.watchHosts({ ...input, forMs: LOOK_MS })
    if (seen !== null) return seen
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof hostWatch>(input)
  }
}
