import type { HostsSeen, HostWatchInput } from '../../src/contracts/index.js'
import { lookUntilSeen } from './look.js'

/** Watches the hosts of a topology, and ends with what it saw when one of them came to another state. */
export const hostWatch = (input: HostWatchInput): Promise<HostsSeen> =>
  lookUntilSeen(input, `hosts of ${input.topology}`, (activities, look) => activities.watchHosts(look))
