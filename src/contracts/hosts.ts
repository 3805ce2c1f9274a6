import type { ErrorReport } from '../errors.js'
import type { Cordon } from '../incus/cordon.js'
import type { HostKind, Platform } from '../topology/model.js'

/** A host as it answers now. What it did not answer is null. */
export interface HostRow {
  name: string
  address: string
  /** Whose workers reach it; absent: those of none. */
  site?: string
  kind: HostKind
  platform: Platform
  reachable: boolean
  /** Why it is not reachable, or did not tell everything. */
  error?: ErrorReport
  /** Version of its Incus. */
  incus: string | null
  /** Of the machine, such as `x86_64`. */
  architecture: string | null
  /** Whether it runs virtual machines. */
  vms: boolean | null
  cpus: number | null
  memory: Room | null
  pools: (Room & { name: string; driver: string })[]
  /** That nothing new is to be put there; null: something may, or nobody knows. */
  cordoned: Cordon | null
  /** In all Incus projects; `ours`: with cul8er's labels. `topologies`: instances of each, edges left out. */
  instances: { ours: number; all: number; topologies: Record<string, number> } | null
}

/** What is written on a host now, and whether that is new. */
export interface Cordoned {
  host: string
  cordoned: Cordon | null
  /** It was written just now: it was not so before, or for another reason. */
  changed: boolean
}

/** Whole MiB. */
export interface Room {
  totalMiB: number
  usedMiB: number
}

/** What was looked at on one host. */
export interface HostChecks {
  host: string
  checks: HostCheck[]
}

/** One thing that a deploy needs of a host. */
export interface HostCheck {
  name: string
  /** warning: something works less well, or not at all where it is needed. */
  outcome: 'ok' | 'warning' | 'failure'
  found: string
  /** What to do. */
  hint?: string
}
