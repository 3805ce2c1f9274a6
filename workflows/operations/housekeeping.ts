import { quick } from '../engine/activities.js'

/** Started by a schedule: removes what no topology needs any more. */
export async function housekeeping(): Promise<{ removed: number }> {
  return quick({ summary: 'artifacts that no kept revision names' }).pruneArtifacts({})
}
