import type { Revision } from '../../src/plan/model.js'
import type { LedgerState, OperationKind } from '../../src/contracts/index.js'

export const emptyLedger = (topology: string): LedgerState => ({
  topology,
  desired: null,
  attempted: null,
  stable: null,
  stableBefore: [],
  revisions: [],
  history: [],
  current: null,
  expiresAt: null,
  lastOperation: 0,
  lastRevision: 0,
  dirty: [],
  standby: null,
})

export const revisionOf = (state: LedgerState, number: number | null): Revision | null =>
  state.revisions.find((revision) => revision.number === number) ?? null

/** Whether an operation of this kind is to bring the topology to its revision. */
export const leadsToRevision = (kind: OperationKind): boolean => kind === 'deploy' || kind === 'rollback'

/** `ms` after an ISO time. */
export const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()
