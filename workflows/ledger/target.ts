import { deployTarget, rollbackTarget } from '../../src/plan/revisions.js'
import type { LedgerState, OperationRequest } from '../../src/contracts/index.js'

/** The revision that a request leads to; null: there is none. */
export function targetOf(
  state: LedgerState,
  request: Pick<OperationRequest, 'kind' | 'revision' | 'to'>,
): number | null {
  if (request.kind === 'deploy') return deployTarget(state, request.revision?.digest)
  if (request.kind === 'rollback') return request.to ?? rollbackTarget(state)
  return state.stable ?? state.desired
}
