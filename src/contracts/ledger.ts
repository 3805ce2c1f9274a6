import { defineQuery, defineUpdate } from '@temporalio/workflow'
import type { ErrorReport } from '../errors.js'
import type { Revision } from '../plan/model.js'
import type { OperationKind, OperationRequest, OperationStarted, Outcome, Requester } from './operation.js'

/* What a topology's ledger keeps, and what may be asked of it. */

export interface OperationSummary {
  id: string
  number: number
  workflowId: string
  kind: OperationKind
  /** In words, for people. */
  step: string
  /** ISO time. */
  startedAt: string
}

export interface HistoryEntry {
  operation: string
  number: number
  kind: OperationKind
  outcome: Outcome
  revision: number
  startedAt: string
  endedAt: string
  error?: ErrorReport
  by?: Requester
}

/** The ledger as queries and `state export` show it. Secrets are in it only sealed. */
export interface LedgerState {
  topology: string
  /** Last revision numbers. */
  desired: number | null
  attempted: number | null
  stable: number | null
  /** Newest last, 20 at most. */
  revisions: Revision[]
  history: HistoryEntry[]
  current: OperationSummary | null
  /** ISO time of the clean-up by ttl. */
  expiresAt: string | null
  lastOperation: number
  /** Instances that an operation left half changed; the next one sets them right. */
  dirty: string[]
  /** A set that is kept for an instant switch back; ISO time of its removal. */
  standby: { names: string[]; until: string } | null
}

export const ledgerState = defineQuery<LedgerState>('state')
export const startOperation = defineUpdate<OperationStarted, [OperationRequest]>('startOperation')
export const setTtl = defineUpdate<{ expiresAt: string | null }, [{ ttlMs: number | null }]>('setTtl')
export const importState = defineUpdate<{ revisions: number }, [LedgerState]>('importState')
