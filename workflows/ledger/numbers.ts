import type { ErrorReport } from '../../src/errors.js'
import type { LedgerState, NumbersInUse } from '../../src/contracts/index.js'

/** The ledger counts on above numbers that are in use: names of snapshots are made of them and must not repeat. */
export const above = (
  { behind: _, ...state }: LedgerState,
  { operation, revision }: Omit<NumbersInUse, 'instances'>,
): LedgerState => ({
  ...state,
  lastOperation: Math.max(state.lastOperation, operation),
  lastRevision: Math.max(state.lastRevision, revision),
})

/** Instances that a ledger made which knew more than this one: why a deploy must not go on as if nothing were there, or null. */
export function stateLost(state: LedgerState, { operation, revision, instances }: NumbersInUse): ErrorReport | null {
  const { topology, stable, lastOperation, lastRevision } = state
  if (stable !== null || instances.length === 0) return null
  if (operation <= lastOperation && revision <= lastRevision) return null
  const some = instances.length > 5 ? `${instances.slice(0, 5).join(', ')} …` : instances.join(', ')
  return {
    code: 'STATE_LOST',
    message: `the hosts have instances of ${topology} up to operation ${operation}, revision ${revision} (${some}) that this service does not know: revisions, history, standby and ttl are lost, or another service owns them`,
    hint: `cul8er state import FILE loads what was exported, cul8er state import --from-hosts rebuilds it from the labels there; cul8er deploy ${topology} --force continues without it, with numbers above those`,
    details: { operation, revision, instances },
  }
}
