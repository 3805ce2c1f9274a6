import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { DryStep } from '../src/dryrun/dry-run.js'
import type { ErrorReport } from '../src/errors.js'
import type { Change, Plan, Revision } from '../src/plan/model.js'

/*
 * What clients and workflows say to each other. Only types and definitions: importing it costs a client nothing.
 */

/** tidy: what was kept for an instant switch back is removed; started by the ledger when its time is over. */
export type OperationKind = 'deploy' | 'rollback' | 'restore' | 'destroy' | 'tidy'
export type Outcome = 'succeeded' | 'rolledBack' | 'held' | 'needsAttention' | 'failed'

export const ledgerId = (topology: string): string => `topology/${topology}`
export const operationWorkflowId = (topology: string, number: number): string => `topology/${topology}/op/${number}`

/** Task queue that workers poll unless a profile names another. */
export const TASK_QUEUE = 'cul8er'

/**
 * Workflow type names, as registered. An operation is one workflow, of the type of what it does: its strategy for a deploy or
 * rollback. So a strategy's timers, signals and compensation are all in the one place that a person opens.
 */
export const WorkflowType = {
  ledger: 'ledger',
  rolling: 'rolling',
  blueGreen: 'blueGreen',
  canary: 'canary',
  restore: 'restore',
  destroy: 'destroy',
  tidy: 'tidy',
  leg: 'leg',
  inspect: 'inspect',
  housekeeping: 'housekeeping',
} as const
export type OperationWorkflowType = 'rolling' | 'blueGreen' | 'canary' | 'restore' | 'destroy' | 'tidy'

/** What a command asks the ledger to start. */
export interface OperationRequest {
  kind: OperationKind
  /** A fresh id of the command's: asking twice with the same one starts one operation. */
  requestId: string
  /** deploy: the desired revision, numbered by the ledger. */
  revision?: Omit<Revision, 'number'>
  /** deploy: refuse when the plan's fingerprint is another by now. */
  planFingerprint?: string
  /** rollback: the revision to go back to; absent: the last stable one that differs from what runs. */
  to?: number
  /** restore */
  snapshot?: string
  resource?: string
  /** Go on where a check would refuse. */
  force?: boolean
}

export interface OperationStarted {
  operation: string
  workflowId: string
  /** The revision that the operation leads to. */
  revision: number
}

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
  unfinished: string[]
  /** A set that is kept for an instant switch back; ISO time of its removal. */
  kept: { names: string[]; until: string } | null
}

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

export interface OperationResult {
  topology: string
  operation: string
  outcome: Outcome
  revision: number
  durationMs: number
  steps: StepRecord[]
  error?: ErrorReport
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
  steps: StepRecord[]
  result: OperationResult | null
}

export const ledgerState = defineQuery<LedgerState>('state')
export const startOperation = defineUpdate<OperationStarted, [OperationRequest]>('startOperation')
export const setTtl = defineUpdate<{ expiresAt: string | null }, [{ ttlMs: number | null }]>('setTtl')
export const importState = defineUpdate<{ revisions: number }, [LedgerState]>('importState')

export const progress = defineQuery<Progress>('progress')

/** Steering: as signals (the Web UI can send them) and as updates, which answer with a refusal. */
export type Steering = 'promote' | 'promoteFull' | 'abort' | 'pause' | 'resume'
export const steeringSignals = {
  promote: defineSignal('promote'),
  promoteFull: defineSignal('promoteFull'),
  abort: defineSignal('abort'),
  pause: defineSignal('pause'),
  resume: defineSignal('resume'),
} as const
export const steer = defineUpdate<{ accepted: string }, [{ action: Steering }]>('steer')

/** A look at the world: one activity in a short workflow, so that the hosts are reached from where the workers are. */
export type InspectRequest =
  | {
      kind: 'plan'
      topology: string
      revision: Omit<Revision, 'number'>
      /** Of the stable revision: a host may have left the topology. */
      formerHosts?: Revision['topology']['hosts']
      /** From the ledger. */
      unfinished?: string[]
      /** From the ledger. */
      kept?: string[]
      force?: boolean
      /** Numbers that the operation would have; with them the answer has the commands too. */
      dryRun?: { operation: number; revision: number }
    }
  | {
      kind: 'status'
      topology: string
      revision: Revision | null
      kept?: string[]
      /** Number of the operation in progress: what it is about to make is no drift. */
      operation?: number
    }
  | { kind: 'snapshots'; topology: string; hosts: Revision['topology']['hosts']; project: string | null }
  | { kind: 'orphans'; hosts: Revision['topology']['hosts']; claimed: { topology: string; project: string | null }[] }

export interface InstanceStatusRow {
  name: string
  resource: string
  host: string
  state: string
  address: string | null
  version: string | null
  health: 'healthy' | 'unhealthy' | 'unknown'
  weight: number | null
  drift: string[]
}

export interface InspectResult {
  plan?: Plan
  /** dryRun: every Incus command that a deploy would run. */
  commands?: DryStep[]
  rows?: InstanceStatusRow[]
  snapshots?: { host: string; instance: string; resource: string; name: string; createdAt: string }[]
  /** `project`: the Incus project, where it is not the default one. */
  orphans?: { host: string; name: string; topology: string; resource: string; createdAt: string; project?: string }[]
}

/** Temporal search attributes that the server must know, with their types. */
export const SEARCH_ATTRIBUTES = {
  Cul8erTopology: 'Keyword',
  Cul8erOperation: 'Keyword',
  Cul8erRevision: 'Int',
  Cul8erHost: 'KeywordList',
} as const
