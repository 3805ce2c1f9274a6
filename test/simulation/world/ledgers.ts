import { readState } from '../../../src/contracts/exported-state.js'
import { Cul8erError } from '../../../src/errors.js'
import { operationOfSnapshot } from '../../../src/plan/naming.js'
import type { Acts } from './acts.js'

/** What ledgers, and operations about their parts, want to know. */
export const ledgerActs: Pick<Acts, 'numbersInUse' | 'checkState' | 'awaitOperation' | 'readSlice' | 'keepLogs'> = {
  numbersInUse: ({ topology, hosts }, { world, pure }) => {
    Object.keys(hosts).forEach((host) => world.reach(host))
    const ours = pure.oursOf(topology, world.observed(Object.keys(hosts)))
    const operations = ours.flatMap(({ labels, snapshots }) => [
      Number(labels.operation) || 0,
      ...snapshots.map(({ name }) => operationOfSnapshot(name)),
    ])
    return {
      operation: Math.max(0, ...operations),
      revision: Math.max(0, ...ours.map(({ labels }) => labels.revision)),
      instances: ours.map(({ name }) => name).sort(),
    }
  },

  checkState: ({ state }) => readState(state),

  // A ledger that is started without a state follows nobody.
  awaitOperation: () => {
    throw new Cul8erError('NOT_SUPPORTED_YET', 'no simulated ledger takes over an operation')
  },

  // As when Temporal has forgotten it: the worst case.
  readSlice: () => null,

  keepLogs: () => ({ kept: [] }),
}
