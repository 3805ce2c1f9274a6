import type { ErrorReport } from '../errors.js'
import type { Change, Moves, Plan, ProcedureView, Revision, SecretOf } from '../plan/model.js'
import type { NumbersShown } from '../plan/numbers-shown.js'
import type { Found } from '../plan/found.js'
import type { OperationHooks } from '../topology/hooks.js'
import type { Host, Topology } from '../topology/model.js'
import type { Cordon } from '../incus/cordon.js'
import type { BackupRow } from './backup.js'
import type { Cordoned, HostChecks, HostRow } from './hosts.js'

/*
 * Looks at the world: an activity of its own, so that the hosts are reached from where the workers are. A kind of inspection is a
 * key of both interfaces below and a file in activities/inspect. `cordon` alone writes something: a note on a host about itself.
 */

/** One line of a dry run. */
export interface DryStep {
  instance: string
  step: string
  host: string
  /** Words after `incus`; null: not an Incus command of its own (a wait, a change at the edge). */
  args: readonly string[] | null
  /** What goes in on standard input, in words; never its content. */
  stdin?: string
}

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
    /** What is to move although it is as declared. */
    moves?: Moves
    force?: boolean
    /** As a rollback would: by its strategy, and what grew since is no reason to refuse. */
    goesBack?: boolean
    /** What is run before and after; null: nothing. Absent: what the revision declares. */
    hooks?: OperationHooks | null
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
  restart: {
    topology: string
    /** What instances are measured by, from the ledger. */
    revision: Revision
    hosts: Record<string, Host>
    /** From the ledger. */
    dirty: string[]
    /** From the ledger: those of them that only did not come up from an earlier restart. */
    notComeUp: string[]
    /** Resources and instances; absent: all that live. */
    names?: string[]
    maxParallel?: number
  }
  /** What hosts have without a ledger, against a revision that has no number yet. */
  found: { topology: string; revision: Revision }
  snapshots: { topology: string; hosts: Record<string, Host>; project: string | null }
  /** `resource`: absent: of all. */
  backups: { topology: string; revision: Revision; resource?: string }
  /** `limitMs`: what a host may take. */
  hosts: { hosts: Record<string, Host>; limitMs: number }
  /** Whether hosts have what these topologies need. */
  hostChecks: { hosts: Record<string, Host>; topologies: Topology[]; limitMs: number }
  /**
   * Puts a note on a host that nothing new goes there, or takes it off; null. Twice is harmless, but not later: it is refused after
   * `notAfter`, an ISO time, by which the command has given up.
   */
  cordon: { host: string; via: Host; cordon: Cordon | null; notAfter: string }
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
    secrets?: SecretOf[]
    /** Seconds since 1970: older lines need not come, but may. */
    since?: number
    /** Of the run before the present one, in place of it. */
    previous?: true
  }
  /** `of`: a resource or one of its instances; null: all. */
  evidence: { topology: string; operation: number; of: string | null }
  /**
   * What a worker that does not reach a host has done by one that does, sealed as the answer is (src/sites/relayed.ts): it may hold what
   * an app prints. It writes what the command writes, and nothing after `notAfter`, an ISO time.
   */
  relayed: { host: string; via: Host; sealed: string; notAfter: string; limits: RelayLimits }
}

/** ms that a worker has to take it on, and that it has to do it then. */
export interface RelayLimits {
  startMs: number
  runMs: number
}

/** What is answered, by kind. */
export interface InspectAnswers {
  plan: {
    plan: Plan
    /** Every Incus command that a deploy would run; empty unless a dry run was asked for. */
    commands: DryStep[]
    /** Absent: of a worker of before. */
    shown?: NumbersShown
  }
  status: StatusAnswer
  restart: { changes: Change[]; procedure: ProcedureView }
  found: Found
  snapshots: SnapshotRow[]
  backups: BackupList
  hosts: HostRow[]
  hostChecks: HostChecks[]
  cordon: Cordoned
  orphans: OrphanRow[]
  logs: {
    logs: InstanceLog[]
    /** Resources and instances that there are, running or not. */
    known: string[]
    unreachable: Unreachable[]
  }
  evidence: {
    /** Last lines of removed instances; `cut`: lines before them that there was no room for. */
    logs: { instance: string; lines: string[]; cut: number }[]
    /** All that something is kept of. */
    known: string[]
  }
  relayed: { sealed: string }
}

export type InspectKind = keyof InspectRequests

/** A request with its kind; `hostTimeoutMs`: how long a host may give no answer, absent: the default. */
export type InspectRequest<Kind extends InspectKind = InspectKind> = {
  [K in Kind]: { kind: K; hostTimeoutMs?: number } & InspectRequests[K]
}[Kind]

/** A host that gave no answer, and why. */
export interface Unreachable {
  host: string
  error: ErrorReport
}

/** What is there, as far as hosts answer. A worker of before answered with the instances alone. */
export interface StatusAnswer {
  instances: InstanceStatusRow[]
  unreachable: Unreachable[]
  /** Copies that are declared; absent: none are. */
  replicas?: ReplicaStatusRow[]
  /** Backups that are declared; absent: none are. */
  backups?: BackupStatusRow[]
  /** Absent: of a worker of before. */
  shown?: NumbersShown
}

/** A copy that replication keeps, as its host shows it now. */
export interface ReplicaStatusRow {
  instance: string
  resource: string
  /** Of the original; null: it was not found. */
  from: string | null
  host: string
  /** Moment of what it holds, ISO time; null: nothing yet, or its host gives no answer. */
  copiedAt: string | null
  ageMs: number | null
  /** How old it is to be at most, ms. */
  everyMs: number
  /** late: three times as old as that. missing: there is none yet. unknown: its host gives no answer. */
  state: 'current' | 'late' | 'missing' | 'unknown'
}

/** The last backup of an instance, as its host shows it. */
export interface BackupStatusRow {
  instance: string
  resource: string
  /** Of the instance; null: it was not found. */
  host: string | null
  /** Moment of what the last one holds, ISO time; null: there is none, or nobody knows. */
  madeAt: string | null
  ageMs: number | null
  /** How old it is to be at most, ms. */
  everyMs: number
  /** late: three times as old as that. missing: there is none yet. unknown: its host gives no answer. */
  state: 'current' | 'late' | 'missing' | 'unknown'
}

/** Whole backups, the newest first. */
export interface BackupList {
  backups: BackupRow[]
  /** Names of those that cannot be restored. */
  unusable: { id: string; in: string; why: 'otherKey' | 'broken' }[]
}

/** One instance as its host shows it now, beside what the revision wants. */
export interface InstanceStatusRow {
  name: string
  resource: string
  host: string
  state: string
  address: string | null
  version: string | null
  health: 'healthy' | 'unhealthy' | 'unknown'
  /** Of its pool, in parts. */
  weight: number | null
  /** Percent of its pool's requests. Absent: of a worker of before. */
  traffic?: number | null
  drift: string[]
}

/** A snapshot of one instance. */
export interface SnapshotRow {
  host: string
  instance: string
  resource: string
  name: string
  createdAt: string
}

/** An instance with our labels that no topology claims. */
export interface OrphanRow {
  host: string
  name: string
  topology: string
  resource: string
  createdAt: string
  /** The Incus project, where it is not the default one. */
  project?: string
  /** It is a storage volume, of this pool. */
  pool?: string
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
