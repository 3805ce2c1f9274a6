import type { Revision } from '../../src/plan/model.js'
import type { Host } from '../../src/topology/model.js'
import type { OperationRequest, OperationResult } from '../model.js'

/** What the ledger starts an operation with. */
export interface OperationInput {
  topology: string
  number: number
  request: Pick<OperationRequest, 'kind' | 'planFingerprint' | 'force' | 'snapshot' | 'resource'>
  /** What shall be; for destroy and restore: what is. */
  revision: Revision
  /** The stable revision; null before the first. */
  base: Revision | null
  /** Where something of the topology may be: its own hosts, and those of revisions that may have left something. */
  hosts: Record<string, Host>
  /** Instances that earlier operations left half changed. */
  unfinished: string[]
  /** Instances kept for an instant switch back. */
  kept: string[]
}

/** What the ledger learns when it ends. */
export interface OperationEnd {
  result: OperationResult
  unfinished: string[]
  /** What the operation leaves aside for an instant switch back, and for how long. */
  kept?: { names: string[]; keepMs: number }
  /** Of what was kept before: still there. */
  stays?: string[]
}

export const operationId = (number: number): string => `op-${number}`
