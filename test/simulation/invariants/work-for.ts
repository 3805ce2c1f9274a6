import { Cul8erError } from '../../../src/errors.js'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import type { PlannedChange } from '../../../src/plan/planned-change.js'

/** What would have to change, decided by the real code; null: somebody else's instance is in the way. */
export function changesFor(
  revision: Revision,
  observed: ObservedInstance[],
  standby: string[],
  about: { base?: Revision | null; without?: string[] } = {},
): PlannedChange[] | null {
  try {
    return planChanges({ revision, observed, standby, force: true, ...about }).changes
  } catch (error) {
    if (error instanceof Cul8erError) return null
    throw error
  }
}
