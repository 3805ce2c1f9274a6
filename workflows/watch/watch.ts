import type { Seen, WatchInput } from '../../src/contracts/index.js'
import { lookUntilSeen } from './look.js'

/** Watches the instances of a topology between operations, and ends with what it saw when there is something to tell its ledger. */
export const watch = (input: WatchInput): Promise<Seen> =>
  lookUntilSeen(input, `health of ${input.topology}`, (activities, look) => activities.watchHealth(look))
