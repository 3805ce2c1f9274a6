import { defineQuery } from '@temporalio/workflow'
import type { ErrorReport } from '../errors.js'
import type { Change, Moves, Revision } from '../plan/model.js'
import type { Position } from './procedure.js'
import type { OperationHooks } from '../topology/hooks.js'
import type { Counts } from '../topology/counts.js'
import type { Host } from '../topology/model.js'

/* What an operation is asked, shows and answers. */

/**
 * cleanup: what was kept for an instant switch back is removed; started by the ledger when its time is over. replace: fresh instances in
 * place of unhealthy ones, started by the ledger. failover: what was on hosts that are gone is started elsewhere, or taken back where a host is
 * back; started by the ledger. repair: what differs from the stable revision is set right; started by the ledger. scale: instances are added
 * or removed by load; started by the ledger. drain: what is on a host is moved to others. rebalance: some instances are moved so that hosts are used evenly.
 */
export const OPERATION_KINDS = [
  'deploy',
  'rollback',
  'restore',
  'restart',
  'replace',
  'failover',
  'repair',
  'scale',
  'drain',
  'rebalance',
  'snapshot',
  'backup',
  'destroy',
  'cleanup',
] as const
/** A kind of operation. */
export type OperationKind = (typeof OPERATION_KINDS)[number]
/** How an operation ends: as asked, taken back, held for a person, in need of one, or without having changed anything for good. */
export type Outcome = 'succeeded' | 'rolledBack' | 'held' | 'needsAttention' | 'failed'

/** What a command asks the ledger to start. */
export interface OperationRequest {
  kind: OperationKind
  /** A fresh id of the command's: asking twice with the same one starts one operation, and gives the same answer. */
  requestId: string
  /** deploy: the desired revision, numbered by the ledger. */
  revision?: Omit<Revision, 'number'>
  /** deploy: refuse when the plan's fingerprint is another by now. */
  planFingerprint?: string
  /** rollback: the revision to go back to; absent: the last stable one that differs from what runs. */
  to?: number
  /** restore, snapshot */
  snapshot?: string
  resource?: string
  /** restore: the host whose copies become the live instances, in place of a snapshot. */
  replica?: string
  /** restore: the backup that an instance of `resource` is made of, in place of a snapshot. */
  backup?: string
  /** restore: where the backup is restored; absent: where it was made. */
  host?: string
  /** snapshot: delete it, instead of taking it. */
  remove?: boolean
  /** restart, replace: resources and instances; absent: all that live. */
  names?: string[]
  /** restart: instances at a time, in place of the strategy's `maxParallel`. */
  maxParallel?: number
  /** Go on where a check would refuse. */
  force?: boolean
  /** ISO time after which the ledger does not start it: the command has given up by then. */
  notAfter: string
  /** Hosts to leave out: they are gone, and what is on them stays as it is. */
  without?: string[]
  /** deploy: replace instances whose host has another image under the name of theirs by now. */
  refreshImages?: boolean
  /** repair: nothing that runs is stopped or deleted for it. */
  liveOnly?: boolean
  /** scale: how many instances there are to be, by resource. */
  counts?: Counts
  /** drain, rebalance: what is to move. */
  moves?: Moves
  /** Who asked; kept in the history. */
  by?: Requester
}

/** Who asked for an operation, from where, and how. */
export interface Requester {
  /** `user@machine`. */
  who: string
  /** Working folder of the command. */
  directory?: string
  /** Options as typed, no values of secrets: `--force`, `--version 1.2.0`. */
  options?: string[]
}

/** A request without what the client adds on its way to the ledger. */
export type Asked = Omit<OperationRequest, 'requestId' | 'notAfter'>

export interface OperationStarted {
  operation: string
  workflowId: string
  /** The revision that the operation leads to. */
  revision: number
}

/** One action on one instance, under way or ended. Times are ISO times, durations ms. */
export interface StepRecord {
  /** `create`, `snapshot`, `install release`, `wait until healthy`, `drain`, `admit`, `delete` … */
  name: string
  instance?: string
  outcome: 'running' | 'done' | 'failed' | 'undone' | 'waiting'
  startedAt: string
  durationMs: number
  error?: ErrorReport
  /** What was found, in words: `healthy after 2.1 s`. */
  note?: string
}

/** How an operation ended, as `--json` prints it; `durationMs` is in ms. */
export interface OperationResult {
  topology: string
  operation: string
  outcome: Outcome
  revision: number
  durationMs: number
  steps: StepRecord[]
  error?: ErrorReport
  /** What failed and did not count for the outcome, a sentence each. */
  warnings?: string[]
}

/** Answer to the progress query of an operation. */
export interface Progress {
  operation: string
  kind: OperationKind
  /** The step in words. */
  step: string
  /** Waiting for a person: what may be said now. */
  waitingFor: string | null
  changes: Change[]
  /** null: before the procedure is known. */
  position?: Position | null
  steps: StepRecord[]
  result: OperationResult | null
}

export const progress = defineQuery<Progress>('progress')

/** What the ledger starts an operation with. */
export interface OperationInput {
  topology: string
  number: number
  /** Of the request that it carries out. */
  requestId: string
  request: Pick<
    OperationRequest,
    | 'kind'
    | 'planFingerprint'
    | 'force'
    | 'snapshot'
    | 'resource'
    | 'replica'
    | 'backup'
    | 'host'
    | 'remove'
    | 'names'
    | 'maxParallel'
    | 'without'
    | 'refreshImages'
    | 'liveOnly'
    | 'counts'
    | 'moves'
  >
  /** What shall be; for others than deploy and rollback: what is. */
  revision: Revision
  /** The stable revision; null before the first. */
  base: Revision | null
  /** Revisions that live instances may still be at: the stable one and what was attempted since; newest last, 5 at most. */
  past: Revision[]
  /** Where something of the topology may be: its own hosts, and those of revisions that may have left something. */
  hosts: Record<string, Host>
  /** Instances that earlier operations left half changed. */
  dirty: string[]
  /** restart: those of them that only did not come up from an earlier one, and are whole once they do. */
  notComeUp?: string[]
  /** Instances kept for an instant switch back. */
  standby: string[]
  /** What is run before and after; absent: nothing. */
  hooks?: OperationHooks
  /** When the topology is destroyed by itself, as known when it began, ISO time; absent: never. */
  expiresAt?: string
  /** The ledger began it by itself; absent: a person did. */
  automatic?: true
}

/** What the ledger learns when it ends. */
export interface OperationEnd {
  result: OperationResult
  dirty: string[]
  /** Hosts that gave no answer, and where the undo left something for that reason: instances, or what an edge does. */
  lost?: string[]
  /** failover: instances that no host has room for; absent: none. */
  noRoom?: string[]
  /** What the operation leaves aside for an instant switch back, and for how long. */
  standby?: { names: string[]; keepMs: number }
  /** Of what was kept before: still there. */
  stays?: string[]
  /** restart, replace: what it restarted or replaced, and found healthy. */
  restarted?: string[]
  /** What was kept or put aside before, and made room for an operation that came to nothing: it does not come back. */
  removed?: string[]
  /**
   * Nothing can be taken back any more, however the rest ended: after a deploy or rollback the new version serves, after a destroy only what
   * is `dirty` is still there.
   */
  committed?: boolean
}

export const operationId = (number: number): string => `op-${number}`
