/** An activity that looks for days would not survive a worker's update: it ends and begins again, ms. */
const LONGEST_LOOK_MS = 10 * 60_000
/** Before the next look after one that could not be carried out: for days, that must not fill the history, ms. */
const REST_MS = 60_000
const EVENTS_TO_DOUBLE = 5_000

/**
 * How long a look takes at most, and how long the rest after one that failed is, ms. Both are twice as long for every 5,000 events that the
 * history has: Temporal ends a workflow at 51,200, and a canary that waits for a person has no limit of its own.
 */
export function lookTime(historyLength: number): { lookMs: number; restMs: number } {
  const factor = 2 ** Math.floor(historyLength / EVENTS_TO_DOUBLE)
  return { lookMs: LONGEST_LOOK_MS * factor, restMs: REST_MS * factor }
}
