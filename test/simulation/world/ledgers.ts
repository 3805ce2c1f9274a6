import { readState } from '../../../src/contracts/exported-state.js'
import { Cul8erError } from '../../../src/errors.js'
import type { Acts } from './acts.js'

/** What ledgers, and operations about their parts, want to know. */
export const ledgerActs: Pick<
  Acts,
  | 'numbersInUse'
  | 'checkState'
  | 'awaitOperation'
  | 'readSlice'
  | 'keepLogs'
  | 'tell'
  | 'watchHealth'
  | 'lookForDrift'
  | 'watchLoad'
  | 'backUp'
  | 'backUpInstance'
  | 'findBackup'
  | 'fetchBackup'
  | 'placeFetched'
  | 'takeOutFetched'
  | 'dropFetched'
  | 'keepTtlSchedule'
  | 'expiryWritten'
  | 'labelExpiry'
  | 'reachExpiry'
  | 'sweepExpired'
> = {
  numbersInUse: ({ topology, hosts }, { world, pure }) => {
    Object.keys(hosts).forEach((host) => world.reach(host))
    return pure.numbersShown(pure.oursOf(topology, world.observed(Object.keys(hosts))))
  },

  checkState: ({ state }) => readState(state),

  // A ledger that is started without a state follows nobody.
  awaitOperation: () => {
    throw new Cul8erError('NOT_SUPPORTED_YET', 'no simulated ledger takes over an operation')
  },

  // As when Temporal has forgotten it: the worst case.
  readSlice: () => null,

  keepLogs: () => ({ kept: [] }),

  // No simulated topology names anybody.
  tell: () => undefined,
  // No simulated topology has a policy for what is unhealthy.
  watchHealth: () => null,
  // None looks for drift.
  lookForDrift: () => null,
  // Nor the load of what is simulated.
  watchLoad: () => null,
  // As on a server without Schedules: the ledger's timer alone.
  keepTtlSchedule: () => 'unsupported',
  expiryWritten: () => ({ known: false }),
  labelExpiry: () => ({ changed: 0 }),
  reachExpiry: () => 'stale',
  sweepExpired: () => ({ schedules: [], expired: [], foreign: [] }),
  // No simulated topology has backups.
  backUp: ({ known }) => ({ backups: known, changes: [], nextAt: '9999-01-01T00:00:00.000Z' }),
  backUpInstance: () => ({ id: 'b', takenAt: '2026-01-01T00:00:00.000Z', bytes: 0 }),
  findBackup: () => {
    throw new Cul8erError('NOT_FOUND', 'no simulated topology has backups')
  },
  fetchBackup: () => ({ taken: null }),
  placeFetched: () => {},
  takeOutFetched: () => {},
  dropFetched: () => {},
}
