import { log, patched } from '@temporalio/workflow'
import type { Swept } from '../../src/contracts/index.js'
import { messageOf } from '../../src/errors.js'
import { long, quick } from '../engine/activities.js'

/** Started by a schedule: removes what no topology needs any more, and sees to what has expired. */
export async function housekeeping(): Promise<{ removed: number; swept?: Swept }> {
  const swept = patched('sweep') ? await sweep() : null
  const { removed } = await quick({ summary: 'artifacts that no kept revision names' }).pruneArtifacts({})
  return { removed, ...(swept === null ? {} : { swept }) }
}

/** A sweep that fails is tried again with the next housekeeping: artifacts are pruned all the same. */
async function sweep(): Promise<Swept | null> {
  try {
    return await long({ summary: 'what has expired' }).sweepExpired({})
  } catch (error) {
    log.warn('what has expired could not be looked for', { error: messageOf(error) })
    return null
  }
}
