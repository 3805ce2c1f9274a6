import { rolled } from './rolling.js'
import type { Strategy } from './strategy.js'

/**
 * What was on a host that is gone is started elsewhere: it serves nobody now, so that nothing is gained by doing it in batches. No topology
 * names it, for it is the ledger's.
 */
export const failover: Strategy<'failover'> = {
  name: 'failover',
  summary: 'all that is missing side by side',
  aliases: [],
  outline: (changes, settings) => rolled(changes, settings, { maxParallel: MOST_AT_ONCE }),
}

/** A host that has to start many more at a time is no faster for it. */
const MOST_AT_ONCE = 16
