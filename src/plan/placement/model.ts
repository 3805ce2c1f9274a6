import type { InstanceType, Placement } from '../../topology/model.js'

/** CPUs, which may be fractions, and sizes in MiB; disk by storage pool. */
export interface Amounts {
  cpu: number
  memoryMiB: number
  pools: Readonly<Record<string, number>>
}

/** What an instance wants of any host; 0: nothing is said. */
export interface Demand {
  cpu: number
  memoryMiB: number
  /** Of its root disk. */
  diskMiB: number
  /** Of its volumes, by pool. */
  volumes: Readonly<Record<string, number>>
}

/** A host as it is before anything is placed. */
export interface HostState {
  name: string
  labels: Readonly<Record<string, string>>
  site: string | null
  region: string | null
  /** Why nothing new may be placed there; null: it may. */
  cordoned: string | null
  /** Why nothing can be made there; null: something can. */
  unreachable: string | null
  /** null: not known. */
  architectures: readonly string[] | null
  /** Whether it runs virtual machines; null: not known. */
  vms: boolean | null
  /** What it has in all; null: not known. */
  total: Amounts | null
  /** Why what was asked for is not known; null: it is, or nobody asked. */
  silent: string | null
  /** Kept free of limits; null: nothing is declared. */
  reserve: { cpu: number; memoryMiB: number; diskMiB: number } | null
  /** How many times what there is limits may add up to; null: nothing is declared. */
  overcommit: { cpu: number; memory: number; disk: number } | null
  /** Pool of the root disk that an instance of a resource gets there, by resource. */
  rootPools: Readonly<Record<string, string | undefined>>
  /** Limits of the instances that stay, of all topologies and of others. */
  used: Amounts
  /** Instances of the topology, by resource. */
  instances: ReadonlyMap<string, number>
}

/** An instance that needs a host. */
export interface Wanted {
  /** Tells it apart. */
  key: string
  /** Of the instance, for people. */
  name: string
  resource: string
  type: InstanceType
  /** The host that it leaves although it is as declared; absent: it is missing there, or declared for others. */
  from?: string
  /** Names of hosts, the preferred one first: nothing is placed elsewhere. */
  candidates: readonly string[]
  /** It has a choice of hosts, though some of them may be left out now: its limits are added up. */
  several: boolean
  demand: Demand
  /** How many instances the resource is to have. */
  replicas: number
  placement: Placement
}

/** What a host was refused for, the gravest first. */
export const REFUSALS = ['unreachable', 'vm', 'architecture', 'cordoned', 'traits', 'affinity', 'room'] as const

/** Why an instance cannot be on a host. */
export interface Refusal {
  host: string
  kind: (typeof REFUSALS)[number]
  /** In words, as they follow the host's name. */
  why: string
}

/** Where an instance goes. */
export interface Choice {
  wanted: Wanted
  /** null: no host can have it. */
  host: string | null
  /** Why there, in words; null: there was nothing to choose. */
  reason: string | null
  refused: readonly Refusal[]
  /** Every host was refused, and it goes on all the same. */
  forced: boolean
}
