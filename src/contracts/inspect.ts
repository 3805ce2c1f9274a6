import type { DryStep } from '../steps/dry-run.js'
import type { ErrorReport } from '../errors.js'
import type { Plan, Revision, SecretSpec } from '../plan/model.js'
import type { Host } from '../topology/model.js'

/*
 * Looks at the world: an activity of its own, so that the hosts are reached from where the workers are. A kind of inspection is a
 * key of both interfaces below and a file in activities/inspect.
 */

/** What is asked, by kind. */
export interface InspectRequests {
  plan: {
    topology: string
    revision: Omit<Revision, 'number'>
    /** The stable revision, from the ledger. */
    base?: Revision | null
    /** Of the stable revision: a host may have left the topology. */
    formerHosts?: Record<string, Host>
    /** From the ledger. */
    dirty?: string[]
    /** From the ledger. */
    standby?: string[]
    /** Hosts to leave out. */
    without?: string[]
    /** Replace instances whose host has another image under the name of theirs by now. */
    refreshImages?: boolean
    force?: boolean
    /** Numbers that the operation would have; with them the answer has the commands too. */
    dryRun?: { operation: number; revision: number }
  }
  status: {
    topology: string
    revision: Revision
    standby?: string[]
    /** Number of the operation in progress: what it is about to make is no drift. */
    operation?: number
  }
  snapshots: { topology: string; hosts: Record<string, Host>; project: string | null }
  orphans: { hosts: Record<string, Host>; claimed: { topology: string; project: string | null }[] }
  logs: {
    topology: string
    hosts: Record<string, Host>
    project: string | null
    /** A resource or one of its instances; null: all that run. */
    of: string | null
    /** Last lines of each instance that has no position yet. */
    lines: number
    /** Where earlier readings ended, by `host/instance`. */
    positions: Record<string, string>
    /** Lines without an end wait for it, and where there are no lines the answer waits for some, so long, ms; absent: not at all. */
    followMs?: number
    /** What the apps may print, to be masked. */
    secrets?: ({ resource: string } & SecretSpec)[]
  }
  /** `of`: a resource or one of its instances; null: all. */
  evidence: { topology: string; operation: number; of: string | null }
}

/** What is answered, by kind. */
export interface InspectAnswers {
  plan: {
    plan: Plan
    /** Every Incus command that a deploy would run; empty unless a dry run was asked for. */
    commands: DryStep[]
  }
  status: InstanceStatusRow[]
  snapshots: SnapshotRow[]
  orphans: OrphanRow[]
  logs: {
    logs: InstanceLog[]
    /** Resources and instances that there are, running or not. */
    known: string[]
    unreachable: { host: string; error: ErrorReport }[]
  }
  evidence: {
    /** Last lines of removed instances; `cut`: lines before them that there was no room for. */
    logs: { instance: string; lines: string[]; cut: number }[]
    /** All that something is kept of. */
    known: string[]
  }
}

export type InspectKind = keyof InspectRequests

/** A request with its kind; `hostTimeoutMs`: how long a host may give no answer, absent: the default. */
export type InspectRequest<Kind extends InspectKind = InspectKind> = {
  [K in Kind]: { kind: K; hostTimeoutMs?: number } & InspectRequests[K]
}[Kind]

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

export interface SnapshotRow {
  host: string
  instance: string
  resource: string
  name: string
  createdAt: string
}

export interface OrphanRow {
  host: string
  name: string
  topology: string
  resource: string
  createdAt: string
  /** The Incus project, where it is not the default one. */
  project?: string
}

/** What one reading of an instance's log gave. */
export interface InstanceLog {
  host: string
  instance: string
  lines: string[]
  /** For the next reading; null: nothing was learnt. */
  position: string | null
  /** Lines that an answer had no room for, before these. */
  cut: number
  error?: ErrorReport
}

/** Where the readings ended, as the next request takes it. */
export const positionsOf = (logs: readonly InstanceLog[]): Record<string, string> =>
  Object.fromEntries(
    logs.flatMap(({ host, instance, position }) => (position === null ? [] : [[`${host}/${instance}`, position]])),
  )
