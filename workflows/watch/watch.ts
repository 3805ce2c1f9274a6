import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { Seen, WatchInput } from '../../src/contracts/index.js'
import { watching } from '../engine/activities.js'

/** ms of one look: a history grows by three events in this time. */
const LOOK_MS = 30 * 60_000

/** Watches the instances of a topology between operations, and ends with what it saw when there is something to tell its ledger. */
export async function watch(input: WatchInput): Promise<Seen> {
  for (;;) {
    const summary = `health of ${input.topology}`
    const look = watching({ summary, waitMs: LOOK_MS })
    const seen = await look.watchHealth({ ...input, forMs: LOOK_MS })
    if (seen !== null) return seen
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof watch>(input)
  }
}
