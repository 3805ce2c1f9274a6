import { workflowInfo } from '@temporalio/workflow'
import type { OperationEnd, OperationInput } from '../src/contracts/index.js'
import { STRATEGIES } from '../src/strategies/registry.js'
import { failureOf } from './engine/failure.js'
import { change } from './operations/change.js'

/* Every workflow type that a worker registers; names as in src/contracts/names.ts. */
export { ledger } from './ledger/ledger.js'
export { destroy } from './operations/destroy.js'
export { restore } from './operations/restore.js'
export { replace, restart } from './operations/restart.js'
export { snapshot } from './operations/snapshot.js'
export { backup } from './operations/backup.js'
export { cleanup } from './operations/cleanup.js'
export { ttl } from './operations/ttl.js'
export { housekeeping } from './operations/housekeeping.js'
export { notify } from './notify/notify.js'
export { inspect } from './operations/inspect.js'
export { slice } from './operations/slice.js'
export { watch } from './watch/watch.js'
export { backups } from './watch/backups.js'
export { replication } from './watch/replication.js'
export { hostWatch } from './watch/hosts.js'
export { driftWatch } from './watch/drift.js'
export { loadWatch } from './watch/load.js'
export { failover } from './operations/failover.js'
export { repair } from './operations/repair.js'
export { scale } from './operations/scale.js'
export { drain, rebalance } from './operations/move.js'

/**
 * A deploy or a rollback is a workflow of its strategy's type, so that a person sees which one in the Web UI. Temporal takes this one
 * for a type that is not exported by name: a strategy in the registry needs nothing else.
 * @throws ApplicationFailure INTERNAL for a type that is no strategy either
 */
export default async function changeByStrategy(input: OperationInput): Promise<OperationEnd> {
  const { workflowType } = workflowInfo()
  const strategy = STRATEGIES.find(({ name }) => name === workflowType)
  if (strategy !== undefined) return change(input, strategy)
  throw failureOf({ code: 'INTERNAL', message: `no workflow and no strategy is called ${workflowType}` })
}
