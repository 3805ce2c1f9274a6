import type { Stage, Step } from '../contracts/index.js'
import type { ProcedureView } from '../plan/model.js'
import type { ObservedInstance, Revision } from '../plan/model.js'
import { snapshotName } from '../naming/snapshot-names.js'
import type { PlannedChanges } from '../plan/plan.js'
import type { Storage } from '../plan/volumes.js'
import { trafficNow } from '../plan/traffic-now.js'
import { kindOf } from './registry.js'
import type { Prediction } from './view.js'

/** What stands for the part of a snapshot's name that only the operation itself knows. */
const NOT_KNOWN_YET = '00000000'

/** The view that a procedure will have, as far as it can be known before. */
export function predictionOf({
  revision,
  base = null,
  dirty = [],
  plan: { changes, bystanders },
  observed,
  storage,
  operation,
}: {
  revision: Revision
  base?: Revision | null
  dirty?: readonly string[]
  plan: Pick<PlannedChanges, 'changes' | 'bystanders'>
  observed: readonly ObservedInstance[]
  storage?: readonly Storage[]
  operation: number
}): Prediction {
  return {
    operation,
    snapshot: snapshotName(operation, NOT_KNOWN_YET),
    revision,
    base,
    past: [],
    hosts: revision.topology.hosts,
    traffic: trafficNow(revision.topology, [...bystanders, ...changes.flatMap(({ from }) => from ?? [])], dirty),
    leaving: { members: [], active: {} },
    proven: new Map(),
    dirtyBefore: new Set(dirty),
    dirty: new Set(),
    registered: () => undefined,
    observed,
    ...(storage === undefined ? {} : { storage }),
  }
}

/** A procedure in few words. Steps that will find nothing to do are left out where that is known before. */
export const procedureView = (stages: readonly Stage[], prediction: Prediction): ProcedureView => ({
  stages: stages.flatMap(({ name, lanes }) => {
    const shown = lanes.flatMap(({ instance, host, steps }) => {
      const of = instance ?? nameIn(steps)
      const words = steps.flatMap((step) => {
        const kind = kindOf(step)
        const named = kind.foreseen?.(step, prediction) ?? kind.skip?.(step, prediction) !== true
        if (!named) return []
        const about = kind.instance(step)
        // A lane may end with another instance: the one that is replaced, or the canary of its place.
        return [`${kind.words(step, prediction)}${about === null || about === of ? '' : ` ${about}`}`]
      })
      return words.length === 0 ? [] : [{ instance: of, host: host ?? null, steps: words }]
    })
    return shown.length === 0 ? [] : [{ name, lanes: shown }]
  }),
})

/** The instance that a lane is about, where the lane itself names none. */
const nameIn = (steps: readonly Step[]): string | null =>
  steps.map((step) => kindOf(step).instance(step)).find((name) => name !== null) ?? null
