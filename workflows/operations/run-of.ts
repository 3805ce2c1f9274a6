import { workflowInfo } from '@temporalio/workflow'
import type { OperationInput } from '../../src/contracts/index.js'
import { digestOf } from '../../src/plan/digest.js'
import { snapshotName } from '../../src/naming/snapshot-names.js'
import type { TrafficState } from '../../src/plan/routes.js'
import { leavingPools, trafficFound, trafficNow } from '../../src/plan/traffic-now.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import { Run } from '../engine/run.js'
import type { Conducted } from './conduct.js'

/** The run of an operation that found `live` on the hosts. */
export function runOf(input: OperationInput, live: LiveInstance[], { steer, recorder }: Conducted): Run {
  const { base, revision } = input
  const leaving = leavingOf(input, live)
  const { members, active } = trafficFound(revision.topology, live, input.dirty)
  const others = base === null ? [] : leavingPools(revision.topology, base.topology, leaving)
  return new Run(
    {
      operation: input.number,
      // No other operation, of this ledger or of one that was lost, has the run id.
      snapshot: snapshotName(input.number, digestOf(workflowInfo().firstExecutionRunId, 8)),
      revision,
      base,
      past: input.past,
      hosts: input.hosts,
      dirtyBefore: input.dirty,
      traffic: { members: [...members, ...others], active },
      leaving,
      ...(input.expiresAt === undefined ? {} : { expiresAt: input.expiresAt }),
    },
    steer,
    recorder,
  )
}

/** Who takes the traffic of resources that the revision does not expose any more: an undo lets it flow again. */
function leavingOf({ base, revision, dirty }: OperationInput, live: LiveInstance[]): TrafficState {
  if (base === null) return { members: [], active: {} }
  const leaves = (resource: string): boolean => (revision.topology.resources[resource]?.expose.length ?? 0) === 0
  // The stable revision knows an instance by its former name.
  const asBefore = live.map((instance) => ({ ...instance, ...instance.formerly }))
  const { members, active } = trafficNow(base.topology, asBefore, dirty)
  return {
    members: members.filter(({ resource }) => leaves(resource)),
    active: Object.fromEntries(Object.entries(active).filter(([resource]) => leaves(resource))),
  }
}
