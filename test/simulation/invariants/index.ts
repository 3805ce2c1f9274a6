import type { Operation, Story } from '../story.js'
import type { Effect } from '../world/model.js'
import * as hosts from './hosts.js'
import * as instances from './instances.js'
import { Violation, type Invariant, type Moment } from './invariant.js'
import * as operations from './operations.js'
import * as restarts from './restarts.js'
import * as snapshots from './snapshots.js'
import * as traffic from './traffic.js'

/** All that must hold. Beside these: no task fails, every replay is like the first time, and everything comes to an end. */
export const INVARIANTS: readonly Invariant[] = [
  ...Object.values(operations),
  ...Object.values(instances),
  ...Object.values(restarts),
  ...Object.values(snapshots),
  ...Object.values(traffic),
  ...Object.values(hosts),
]

export { Violation, type Invariant, type Moment }

/** What each moment is looked at with. */
export type Looks = {
  afterTask: [Story, string]
  afterEffect: [Story, Effect]
  atBegin: [Story, Operation]
  atClose: [Story, Operation]
  atEnd: [Story]
}

/** What is wrong at a moment, of each invariant that does not hold. */
export function violations<M extends Moment>(moment: M, ...args: Looks[M]): Violation[] {
  return INVARIANTS.flatMap((invariant) => {
    const look = invariant[moment] as ((...args: Looks[M]) => string | null) | undefined
    const wrong = look?.(...args) ?? null
    return wrong === null ? [] : [new Violation(invariant.name, wrong)]
  })
}
