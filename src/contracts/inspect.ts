import type { DryStep } from '../steps/dry-run.js'
import type { Plan, Revision } from '../plan/model.js'
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
}

export type InspectKind = keyof InspectRequests

/** A request with its kind. */
export type InspectRequest<Kind extends InspectKind = InspectKind> = {
  [K in Kind]: { kind: K } & InspectRequests[K]
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
