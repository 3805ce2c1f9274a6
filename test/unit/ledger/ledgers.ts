import type { Revision } from '../../../src/plan/model.js'
import type {
  HistoryEntry,
  LedgerState,
  OperationEnd,
  OperationKind,
  OperationRequest,
  OperationSummary,
  Outcome,
} from '../../../src/contracts/index.js'
import { emptyLedger } from '../../../workflows/ledger/state.js'
import { revisionOf, web } from '../plan/world.js'

/* Ledgers, requests and ends in few words, for tables of cases. */

export const AT = '2026-03-01T12:00:00.000Z'
export const NOW = Date.parse(AT)
export const after = (ms: number): string => new Date(NOW + ms).toISOString()
export const MINUTE = 60_000

export const revision = (number: number, digest = `d${number}`): Revision => ({
  ...revisionOf(web()),
  number,
  digest,
})

/** As a deploy brings it, not numbered yet. */
export const wanted = (digest: string): NonNullable<OperationRequest['revision']> => {
  const { number: _number, ...rest } = revision(0, digest)
  return rest
}

export const request = (kind: OperationKind, more: Partial<OperationRequest> = {}): OperationRequest => ({
  kind,
  requestId: 'r',
  notAfter: after(MINUTE),
  ...more,
})

export const entry = (kind: OperationKind, number: number, outcome: Outcome = 'succeeded'): HistoryEntry => ({
  operation: 'op-1',
  number: 1,
  kind,
  outcome,
  revision: number,
  startedAt: AT,
  endedAt: AT,
})

export const ledger = (over: Partial<LedgerState> = {}): LedgerState => ({ ...emptyLedger('shop'), ...over })

/** Revisions 1 to `n` deployed well. */
export const deployed = (n: number, over: Partial<LedgerState> = {}): LedgerState =>
  ledger({
    desired: n,
    attempted: n,
    stable: n,
    stableBefore: Array.from({ length: n - 1 }, (_, i) => i + 1),
    lastOperation: n,
    lastRevision: n,
    revisions: Array.from({ length: n }, (_, i) => revision(i + 1)),
    history: Array.from({ length: n }, (_, i) => entry('deploy', i + 1)),
    ...over,
  })

export const summary = (kind: OperationKind, more: Partial<OperationSummary> = {}): OperationSummary => ({
  id: 'op-7',
  number: 7,
  workflowId: 'topology/shop/op/7',
  kind,
  step: 'starting',
  startedAt: AT,
  revision: 2,
  ...more,
})

export const ending = (outcome: Outcome, more: Partial<OperationEnd> = {}): OperationEnd => ({
  result: { topology: 'shop', operation: 'op-7', outcome, revision: 2, durationMs: 1, steps: [] },
  dirty: [],
  ...more,
})
