import { rolled } from './rolling.js'
import type { Strategy } from './strategy.js'

/** What differs from the stable revision is set right batch after batch. No topology names it, for it is the ledger's. */
export const repair: Strategy<'repair'> = {
  name: 'repair',
  summary: 'what differs, one batch after the other, in place',
  aliases: [],
  outline: (changes, settings) => rolled(changes, settings),
}
