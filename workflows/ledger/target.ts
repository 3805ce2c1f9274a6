import { rollbackTarget } from '../../src/plan/revisions.js'
import type { LedgerState, OperationRequest } from '../../src/contracts/index.js'
import { revisionOf } from './state.js'

/** The revision that a request leads to; a deploy of what is desired already makes no new one. null: there is none. */
export function targetOf(
  state: LedgerState,
  request: Pick<OperationRequest, 'kind' | 'revision' | 'to'>,
): number | null {
  if (request.kind === 'deploy') {
    const desired = revisionOf(state, state.desired)
    return desired !== null && desired.digest === request.revision?.digest ? desired.number : nextNumber(state)
  }
  if (request.kind === 'rollback') return request.to ?? rollbackTarget(state)
  return state.stable ?? state.desired
}

const nextNumber = ({ lastRevision, revisions, desired }: LedgerState): number =>
  Math.max(lastRevision, ...revisions.map(({ number }) => number), desired ?? 0) + 1
