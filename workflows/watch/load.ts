import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import type { LoadSeen, LoadWatchInput } from '../../src/contracts/index.js'
import { watching } from '../engine/activities.js'

/** ms of one look at least: a history grows by three events in this time. */
const LOOK_MS = 30 * 60_000

/**
 * Looks at the load of a topology until it asks for another number of instances. What was seen is forgotten from one look to the next, so
 * that each is several times as long as it takes to see that fewer are enough.
 */
export async function loadWatch(input: LoadWatchInput): Promise<LoadSeen> {
  const coolDowns = Object.values(input.revision.topology.resources).map(({ scaling }) => scaling?.coolDownMs ?? 0)
  const forMs = Math.max(LOOK_MS, 5 * Math.max(...coolDowns))
  for (;;) {
    const seen = await watching({ summary: `load of ${input.topology}`, waitMs: forMs }).watchLoad({ ...input, forMs })
    if (seen !== null) return seen
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof loadWatch>(input)
  }
}
