import { continueAsNew, patched, workflowInfo } from '@temporalio/workflow'
import { untilFirst } from '../concurrency.js'
import { watching } from '../engine/activities.js'

/** ms of one look: a history grows by three events in this time. */
const LOOK_MS = 30 * 60_000

/** What is watched by the workers of one site; undefined: by those of none. */
export interface Part<Input> {
  site: string | undefined
  input: Input
}

type Look<Input, Seen> = (
  activities: ReturnType<typeof watching>,
  input: Input & { forMs: number },
) => Promise<Seen | null>

/**
 * Looks until there is something to tell, for as long as it takes: a new run goes on with the same input.
 * @param parts - the input by sites; what one of them sees first is told
 */
export async function lookUntilSeen<Input, Seen>(
  input: Input,
  summary: string,
  look: Look<Input, Seen>,
  parts: readonly Part<Input>[] = [{ site: undefined, input }],
): Promise<Seen> {
  const atSites = parts.some(({ site }) => site !== undefined) && patched('sites')
  const watched = atSites ? parts : [{ site: undefined, input }]
  const seen = watched.length === 1 ? await lookOn(watched[0]!, summary, look) : await first(watched, summary, look)
  if (seen !== null) return seen
  return continueAsNew<(input: Input) => Promise<Seen>>(input)
}

/** null: the history has grown enough. */
async function lookOn<Input, Seen>(
  { site, input }: Part<Input>,
  summary: string,
  look: Look<Input, Seen>,
): Promise<Seen | null> {
  for (;;) {
    const seen = await look(watching({ summary, waitMs: LOOK_MS, site }), { ...input, forMs: LOOK_MS })
    if (seen !== null) return seen
    if (workflowInfo().continueAsNewSuggested) return null
  }
}

/** What the first of them sees, once the others have ended: a site without a worker keeps nobody from looking at the others. */
async function first<Input, Seen>(
  parts: readonly Part<Input>[],
  summary: string,
  look: Look<Input, Seen>,
): Promise<Seen | null> {
  // What two see at once is told of one, and the next watch meets the other again.
  let end: { seen: Seen | null } | undefined
  const looks = parts.map((part) => async () => {
    const seen = await lookOn(part, summary, look)
    end ??= { seen }
  })
  await untilFirst(looks, () => end !== undefined)
  return end?.seen ?? null
}
