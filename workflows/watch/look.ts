import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import { watching } from '../engine/activities.js'

/** ms of one look: a history grows by three events in this time. */
const LOOK_MS = 30 * 60_000

/** Looks until there is something to tell, for as long as it takes: a new run goes on with the same input. */
export async function lookUntilSeen<Input, Seen>(
  input: Input,
  summary: string,
  look: (activities: ReturnType<typeof watching>, input: Input & { forMs: number }) => Promise<Seen | null>,
): Promise<Seen> {
  for (;;) {
    const seen = await look(watching({ summary, waitMs: LOOK_MS }), { ...input, forMs: LOOK_MS })
    if (seen !== null) return seen
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<(input: Input) => Promise<Seen>>(input)
  }
}
