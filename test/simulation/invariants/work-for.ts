import { Cul8erError } from '../../../src/errors.js'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planWork } from '../../../src/plan/plan.js'
import type { Work } from '../../../src/plan/work.js'

/** What would have to change, decided by the real code; null: somebody else's instance is in the way. */
export function workFor(revision: Revision, observed: ObservedInstance[], standby: string[]): Work[] | null {
  try {
    return planWork({ revision, observed, standby, force: true }).work
  } catch (error) {
    if (error instanceof Cul8erError) return null
    throw error
  }
}
