import type { Operation, Story } from '../story.js'
import type { Effect } from '../world/model.js'
import * as instances from './instances.js'
import { Violation, type Invariant, type Moment } from './invariant.js'
import * as operations from './operations.js'
import * as traffic from './traffic.js'

/** All that must hold. Beside these: no task fails, every replay is like the first time, and everything comes to an end. */
export const INVARIANTS: readonly Invariant[] = [
  ...Object.values(operations),
  ...Object.values(instances),
  ...Object.values(traffic),
]

export { Violation, type Invariant }

type Looks = {
  afterTask: [Story, string]
  afterEffect: [Story, Effect]
  atBegin: [Story, Operation]
  atClose: [Story, Operation]
  atEnd: [Story]
}

/** @throws Violation of the first invariant that does not hold */
export function check<M extends Moment>(moment: M, skipped: ReadonlySet<string>, ...args: Looks[M]): void {
  for (const invariant of INVARIANTS) {
    if (skipped.has(invariant.name)) continue
    const look = invariant[moment] as ((...args: Looks[M]) => string | null) | undefined
    const wrong = look?.(...args) ?? null
    if (wrong !== null) throw new Violation(invariant.name, wrong)
  }
}
