import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { ErrorReport } from '../errors.js'
import type { Revision } from '../plan/model.js'
import type { NumbersShown } from '../plan/numbers-shown.js'
import type { Counts } from '../topology/counts.js'
import type { BackupRecord } from './backup.js'
import type { DriftRecord } from './drift.js'
import type { HostChange, HostRecord } from './host-watch.js'
import type { ReplicaRecord } from './replication.js'
import type { ScalingRecord } from './scaling.js'
import type { OperationKind, OperationRequest, OperationStarted, Outcome, Requester } from './operation.js'

/* What a topology's ledger keeps, and what may be asked of it. */

/** The operation in progress, as the ledger knows it. */
export interface OperationSummary {
  id: string
  number: number
  workflowId: string
  kind: OperationKind
  /** In words, for people. */
  step: string
  /** ISO time. */
  startedAt: string
  /** The revision that it leads to. */
  revision: number
  by?: Requester
  /** Hosts that it leaves out. */
  without?: string[]
  /** restore from copies or a backup: what it was asked to make the live instances. */
  fromReplica?: FromReplica
  /** scale: how many instances there are to be, by resource. */
  counts?: Counts
  /** The ledger started it by itself: its time had come. */
  automatic?: true
  /** automatic: why, in words; absent: it was due. */
  reason?: string
  /** A person set the ttl, or took it away, since it began: its end leaves that as it is. */
  ttlSet?: true
}

/** What a restore makes the live instances on a host: copies, or what comes from a backup. */
export interface FromReplica {
  /** Where they are. */
  host: string
  /** Absent: of all resources that have one there. */
  resource?: string
}

/** An operation that ended, as the history keeps it. */
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
  /** The ledger started it by itself: its time had come. */
  automatic?: true
  /** automatic: why, in words; absent: it was due. */
  reason?: string
  /** It failed so many times in a row; this is the last of them. */
  times?: number
  /** What failed and did not count for the outcome. */
  warnings?: string[]
  /** Hosts that gave no answer, and where it left something for that reason. */
  lost?: string[]
  /** restore from copies or a backup: what it was asked to make the live instances. */
  fromReplica?: FromReplica
}

/** What the `unhealthy` policy of a resource has done about one of its replicas. Times are ISO times. */
export interface UnhealthyRecord {
  /** The instance in its place. */
  instance: string
  resource: string
  /** Of the last probe that failed, in words. */
  reason: string
  /** When it was found unhealthy the last time. */
  at: string
  /** When it was restarted, since it was last healthy for as long as the policy says. */
  restarts: string[]
  /** When the last restart or replacement ended. */
  triedAt?: string
  /** When it was replaced, since then. */
  replacedAt?: string
  /** Healthy since then; absent: not, as far as anybody knows. */
  wellSince?: string
  /** Nothing is done about it before. */
  notBefore?: string
  /** The policy has nothing left to try: nothing is done until it is healthy. */
  toldAt?: string
  /** More than half of its resource's instances failed with it at that time. */
  many?: true
  /** Number of the operation that is about it. */
  operation?: number
}

/** The ledger as queries and `state export` show it. Secrets are in it only sealed. */
export interface LedgerState {
  topology: string
  /** Last revision numbers. */
  desired: number | null
  attempted: number | null
  stable: number | null
  /** Revisions that were stable before the present stable one, in the order in which they became so; a rollback goes to the last. */
  stableBefore: number[]
  /** Newest last, 20 at most. */
  revisions: Revision[]
  history: HistoryEntry[]
  current: OperationSummary | null
  /** ISO time of the clean-up by ttl. */
  expiresAt: string | null
  /** ISO time at which people are warned of it; absent: they were, or there is nothing to warn of. */
  warnAt?: string
  /** Numbers used so far. They never go down, not by a destroy nor by an import: names of snapshots are made of them. */
  lastOperation: number
  lastRevision: number
  /**
   * What the hosts showed when an operation found that they know more than this state: nothing begins by itself, and what is asked for is
   * refused unless forced. Absent: nothing has found that.
   */
  behind?: NumbersShown
  /** Instances that an operation left half changed, see `isDirty`; the next one sets them right. */
  dirty: string[]
  /**
   * A set that is kept for an instant switch back; ISO time of its removal; the revisions that it may be of, whose hosts it is on. Absent: a
   * ledger of before did not write them down.
   */
  standby: { names: string[]; until: string; revisions?: number[] } | null
  /** By replica, see `replicaKey`; absent: nothing was unhealthy between operations. */
  unhealthy?: Record<string, UnhealthyRecord>
  /** Hosts by name, where the topology moves what was on one that is gone; absent: nobody watches them. */
  hosts?: Record<string, HostRecord>
  /** How hosts came from one state to another, newest last, 50 at most. */
  hostChanges?: HostChange[]
  failover?: FailoverRecord
  /** By host; absent: none came back lately. */
  flapping?: Record<string, Flapping>
  /** What differs from the stable revision; absent: nothing, or nobody looks. */
  drift?: DriftRecord
  /** By resource: its last change by load; absent: there was none. */
  scaling?: Record<string, ScalingRecord>
  /** Copies of data on other hosts, by `copyKey`, as they were when one of them came to another state; absent: none is declared. */
  replicas?: Record<string, ReplicaRecord>
  /** Backups, by `replicaKey`, as they were when one of them came to another state; absent: none is declared. */
  backups?: Record<string, BackupRecord>
}

/** What became of hosts that are gone. */
export interface FailoverRecord {
  /** Hosts that everything is as declared without. */
  without: string[]
  /** It failed so many times in a row. */
  times?: number
  /** ISO time before which it is not tried again. */
  notBefore?: string
  /** Hosts that gave no answer to an operation, which left something there: set right when they are back. Absent: none. */
  behind?: string[]
  /** Instances that no other host has room for, tried so many times, and when they are tried again; absent: all have. */
  noRoom?: { instances: string[]; times: number; notBefore: string }
  /** Hosts that are back and are not taken in, because data would be lost, until a person has decided; absent: none. */
  refused?: string[]
}

/** How restless a host is: it died and came back, and that is forgotten slowly. */
export interface Flapping {
  /** As of `at`; half of it is forgotten every 15 minutes. */
  penalty: number
  /** ISO time of its last return. */
  at: string
  /** ISO time before which it takes no part; absent: it may at once. */
  quietUntil?: string
}

/** A request that a ledger has answered: asked again, it gets the same answer. */
export interface Answered {
  requestId: string
  /** ISO time. */
  at: string
  answer: Answer<OperationStarted>
}

export type Answer<T> = { given: T } | { refused: ErrorReport }

/** What a ledger begins with. */
export interface LedgerInput {
  topology: string
  /** After continue-as-new, or of a ledger that was terminated. */
  state?: LedgerState
  answered?: Answered[]
  /** The numbers on the hosts are known to be no higher than the ledger's. */
  checked?: boolean
  /** From a command: ISO time after which it begins no more. */
  notAfter?: string
}

export interface TtlRequest {
  ttlMs: number | null
  /** ISO time after which it is refused: the command has given up by then. */
  notAfter?: string
}

export interface ImportRequest {
  /** What was read from a file: the ledger has it checked. */
  state: unknown
  /** Also in place of a newer state. */
  force?: boolean
  /** ISO time after which it is refused: the command has given up by then. */
  notAfter?: string
}

export interface Imported {
  revisions: number
  /** What was left out, in words. */
  notes?: string[]
}

export const ledgerState = defineQuery<LedgerState>('state')
/** The same with what the question named, so that an answer given to an earlier question does not pass for one to this. */
export const ledgerSays = defineQuery<{ nonce: string; state: LedgerState }, [string]>('says')
export const startOperation = defineUpdate<OperationStarted, [OperationRequest]>('startOperation')
export const setTtl = defineUpdate<{ expiresAt: string | null }, [TtlRequest]>('setTtl')
export const importState = defineUpdate<Imported, [ImportRequest]>('importState')
/** Go on in a new history as soon as nothing is under way: what was signed with a former key is left behind then. */
export const renewLedger = defineSignal('renew')
