import { workflowInfo } from '@temporalio/workflow'
import type { OperationInput } from '../../src/contracts/index.js'
import { digestOf } from '../../src/plan/digest.js'
import { snapshotName } from '../../src/plan/naming.js'
import { trafficNow } from '../../src/plan/traffic-now.js'
import type { LiveInstance } from '../../src/plan/work.js'
import { Run } from '../engine/run.js'
import type { Conducted } from './conduct.js'

/** The run of an operation that found `live` on the hosts. */
export const runOf = (input: OperationInput, live: LiveInstance[], { steer, recorder }: Conducted): Run =>
  new Run(
    {
      operation: input.number,
      // No other operation, of this ledger or of one that was lost, has the run id.
      snapshot: snapshotName(input.number, digestOf(workflowInfo().firstExecutionRunId, 8)),
      revision: input.revision,
      base: input.base,
      past: input.past,
      hosts: input.hosts,
      dirtyBefore: input.dirty,
      traffic: trafficNow(input.revision.topology, live, input.dirty),
    },
    steer,
    recorder,
  )
