import type { DryStep } from '../dryrun/dry-run.js'
import type { Plan, Revision } from '../plan/model.js'

/** A look at the world: one activity in a short workflow, so that the hosts are reached from where the workers are. */
export type InspectRequest =
  | {
      kind: 'plan'
      topology: string
      revision: Omit<Revision, 'number'>
      /** The stable revision, from the ledger: the fingerprint is of it too. */
      base?: Revision | null
      /** Of the stable revision: a host may have left the topology. */
      formerHosts?: Revision['topology']['hosts']
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
  | {
      kind: 'status'
      topology: string
      revision: Revision | null
      standby?: string[]
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
