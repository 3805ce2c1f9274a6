import { continueAsNew, isCancellation, log, sleep, workflowInfo } from '@temporalio/workflow'
import type { DriftSeen, DriftWatchInput } from '../../src/contracts/index.js'
import { watching } from '../engine/activities.js'
import { reportOf } from '../engine/failure.js'

/**
 * Looks from time to time whether a topology is as its stable revision says, and ends with what differs once that is not what was told
 * last. A look that fails is no drift: the next one comes.
 */
export async function driftWatch(input: DriftWatchInput): Promise<DriftSeen> {
  let nextMs = Date.parse(input.firstAt)
  for (;;) {
    await sleep(Math.max(1, nextMs - Date.now()), { summary: `until the next look for drift of ${input.topology}` })
    const seen = await look(input)
    if (seen !== null) return seen
    nextMs = Date.now() + input.everyMs
    if (!workflowInfo().continueAsNewSuggested) continue
    await continueAsNew<typeof driftWatch>({ ...input, firstAt: new Date(nextMs).toISOString() })
  }
}

async function look(input: DriftWatchInput): Promise<DriftSeen | null> {
  try {
    return await watching({ summary: `drift of ${input.topology}` }).lookForDrift(input)
  } catch (error) {
    if (isCancellation(error)) throw error
    log.warn('the look for drift failed', { error: reportOf(error).message })
    return null
  }
}
