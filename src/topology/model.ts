import type { Probe } from '../health/probes/registry.js'
import type { HostKindName } from '../hosts/kinds/addresses.js'
import type { Platform } from '../hosts/kinds/platform.js'
import type { NotifierChoice } from '../notifiers/notifiers.js'
import type { NoticeWord } from '../notifiers/words.js'
import type { SecretRef } from '../secrets/sources/sources.js'
import type { EdgeChoice } from '../traffic/balancers.js'
import type { DriftRepair } from './drift-repairs.js'
import type { HookName } from './hook-names.js'

export type { Platform, Probe, SecretRef }

/**
 * The normalised topology: plain JSON, every default filled in, one unit per quantity.
 * Times are integer milliseconds (`…Ms`), sizes integer MiB (`…MiB`), weights percent.
 * Loaders and the schema produce it; everything else reads it and nothing else.
 */
export interface Topology {
  name: string
  /** Incus project that holds the instances; null is the host's default project. */
  project: string | null
  /** Where releases are looked up, in this order, relative to the topology file. */
  artifacts: string[]
  hosts: Record<string, Host>
  /** In the order of the file: it is the order of deployment within a level of `dependsOn`. */
  resources: Record<string, Resource>
  strategy: Strategy
  cluster: Cluster | null
  observability: { metrics: string[]; events: string[] }
  /** How instances of different hosts reach each other; absent: not at all. */
  network?: { betweenHosts: BetweenHosts }
  /** What was on a host that gave no sign for so long is started elsewhere; absent: nothing is moved. */
  failover?: { afterMs: number }
  /** How often it is looked whether everything is as declared, and what is done about the rest; absent: nobody looks. */
  drift?: { everyMs: number; repair: DriftRepair }
  /** Time after a deploy after which the topology is destroyed automatically; null is never. */
  ttlMs: number | null
  /** Who is told how operations end, in the order of the file; absent: nobody. */
  notify?: Notify[]
  /** What the worker runs before and after operations; absent: nothing. */
  hooks?: Partial<Record<HookName, Hook[]>>
}

/** `routed`: each host's instances have a subnet of their own, and the hosts know the way to the others'. */
export type BetweenHosts = 'routed'

/** A command that a worker runs on its own machine. */
export interface Hook {
  /** Program first. */
  command: string[]
  timeoutMs: number
  /** Of those that run after: its failure takes the operation back. */
  required?: true
}

/** Whom to tell of what. */
export interface Notify {
  to: NotifierChoice
  /** null: everything but what went well. */
  on: NoticeWord[] | null
}

/** How commands reach the host, derived from `address` and `platform`; the registry in `src/hosts/kinds` knows them all. */
export type HostKind = HostKindName

/** How to log in over SSH. */
export interface SshCredentials {
  /** Path of a private key, on the machine of the worker; null: as OpenSSH's configuration says. */
  key: string | null
  /** Of that key; the worker resolves it when it logs in. */
  passphrase?: SecretRef
}

/** A machine with Incus, as a normalised topology has it. */
export interface Host {
  /** `localhost`, `[user@]host[:port]`, `https://host:8443`. */
  address: string
  platform: Platform
  kind: HostKind
  credentials: { ssh: SshCredentials | null } | null
  /** Its balancer; absent: HAProxy, or what an emulated host has. */
  edge?: EdgeChoice
  /** The user's own, by name; absent: none. */
  labels?: Record<string, string>
  site?: string
  region?: string
  /** What is kept free of limits, of each storage pool the disk; absent: nothing. */
  reserve?: { cpu: number; memoryMiB: number; diskMiB: number }
  /** How many times what there is limits may add up to; absent: once, where they are added up at all. */
  overcommit?: { cpu: number; memory: number; disk: number }
}

export type InstanceType = 'container' | 'vm'

/** A container or VM with its replicas, every default filled in. Times are in ms, sizes in bytes. */
export interface Resource {
  type: InstanceType
  /** Candidate hosts by name, in preference order; all hosts when the file names none. */
  on: string[]
  /** To which of them new instances go; absent: replicas are spread over hosts. */
  placement?: Placement
  /** null: one instance without a number in its name. With `scaling` the number as of now, which the ledger keeps. */
  replicas: number | null
  /** Instances are added and removed by load; absent: their number is fixed. */
  scaling?: Scaling
  image: string
  /** Holds data that must outlive updates: never replaced beside itself, never started twice. */
  stateful: boolean
  /** Copies of its data on other hosts; absent: none. */
  replicate?: Replicate
  /** Encrypted backups of its data; absent: none. */
  backup?: Backup
  limits: Limits
  /** Incus config keys of the user's own, as Incus spells them; absent: none. */
  config?: Record<string, string>
  /** Incus profiles, in the order in which they are applied; absent: the host's default one. */
  profiles?: string[]
  /** Volumes that outlive the instance, by name; absent: none. */
  volumes?: Record<string, Volume>
  expose: Expose[]
  /** Extra Incus devices by name, as Incus spells their keys (`type` among them). */
  devices: Record<string, Record<string, string>>
  environment: Record<string, EnvironmentValue>
  deploy: Release | null
  /** The resource's own, or the strategy's for resources that deploy or expose something; null: running is enough. */
  healthcheck: Healthcheck | null
  /** Resources that must be healthy before this one is touched. */
  dependsOn: string[]
}

/** How many instances a resource may have, and what one of them is to bear. */
export interface Scaling {
  min: number
  max: number
  target: ScalingTarget
  /** ms for which fewer instances must have been enough before any is removed. */
  coolDownMs: number
}

/** cpu: percent of `limits.cpu`. requests: per second. */
export interface ScalingTarget {
  of: 'cpu' | 'requests'
  value: number
}

/** Copies of what an instance holds, each an instance on another host that does not run. */
export interface Replicate {
  /** Hosts that get one. */
  to: string[]
  everyMs: number
  /** Snapshots that stay on either side. */
  keep: number
}

/** Encrypted backups of what an instance holds. */
export interface Backup {
  to: BackupTarget
  everyMs: number
  /** Backups of each instance that stay. */
  keep: number
  /** Of the key that encrypts them. */
  key: SecretRef
}

/** Where backups are. */
export type BackupTarget =
  /** On the machine of the worker. */
  | { kind: 'folder'; path: string }
  /** `prefix` without slashes at its ends; '': none. */
  | {
      kind: 's3'
      bucket: string
      prefix: string
      endpoint: string
      region: string
      accessKey: SecretRef
      secretKey: SecretRef
    }

/** What hosts can be grouped by. */
export type Scope = 'host' | 'site' | 'region'

/** Where new instances of a resource go, every default filled in. */
export interface Placement {
  strategy: 'spread' | 'pack'
  /** What replicas are spread over first. */
  spread: Scope
  /** What a host must have. */
  require: HostTraits & { architecture: string | null }
  /** What a host should have. */
  prefer: HostTraits
  affinity: AffinityRule[]
  antiAffinity: AffinityRule[]
  /** From 0 to 100: where room is short, a higher one is placed first. */
  priority: number
}

/** Values that a host is asked for; null: any. */
export interface HostTraits {
  labels: Record<string, string>
  site: string | null
  region: string | null
}

/** To share, or not to share, a host, site or region with the instances of a resource. */
export interface AffinityRule {
  to: string
  within: Scope
  /** A host that does not fit is refused; otherwise it is only less wanted. */
  required: boolean
}

export interface Limits {
  cpu: number | null
  memoryMiB: number | null
  diskMiB: number | null
}

/** A custom storage volume of a place of a resource. */
export interface Volume {
  /** Where it is mounted in the instance. */
  path: string
  /** Incus storage pool of the host. */
  pool: string
  /** null: no limit of its own. */
  sizeMiB: number | null
}

export interface Expose {
  /** The port that the app listens on inside the instance. */
  port: number
  /** The public port on every address of the host. */
  as: number
  protocol: 'http' | 'https' | 'tcp'
  /** Route by this host name; null answers for any. */
  host: string | null
  /** PEM files for `https`, relative to the topology file; null: a self-signed one is made, and the plan says so. */
  certificate: { cert: string; key: string } | null
  /** A cookie keeps a client on one instance. */
  sticky: boolean
  /** Resources that give the same name share the public port; absent: the resource has it for itself. */
  pool?: string
}

export type EnvironmentValue = { value: string } | { secret: SecretRef }

export interface Release {
  release: string
  /** null: the command that deploys chooses one; in a revision it is there. */
  version: string | null
  /** Path with `{version}` in place of the version; null: `<release>-<version>.tar.gz` in the artifact folders. */
  artifact: string | null
  /** Command lines relative to the release's folder; null: what the release brings (`bin/<release> start`). */
  start: string[] | null
  stop: string[] | null
}

export interface Healthcheck {
  probe: Probe
  intervalMs: number
  timeoutMs: number
  /** Consecutive failures after the first success that make an instance unhealthy. */
  retries: number
  /** Consecutive probe errors (the probe could not be carried out) that end the wait. */
  errorLimit: number
  /** How long successes must last without a break. */
  minHealthyMs: number
  /** When waiting ends without success. */
  deadlineMs: number
  /** What is done about it between operations; absent: nothing. */
  unhealthy?: Unhealthy
}

/** What is done about an instance that fails its health check between operations. */
export interface Unhealthy {
  /** Restarts that are tried. */
  restart: number
  /** How long it must stay healthy for its restarts to be forgotten. */
  withinMs: number
  /** After the last restart: a fresh instance in its place, or only a message. */
  then: 'replace' | 'alert'
}

export interface Analysis {
  /** Highest share of 5xx answers of the canary, percent; null: not looked at. */
  maxErrorRatePercent: number | null
  /** Highest p95 of the canary in ms; null: not looked at. */
  maxLatencyP95Ms: number | null
  /** stable: error rate and latency are compared with those of the stable instances as well; null: thresholds alone. */
  compare: 'stable' | null
  /** compare: by how much the canary may be slower, percent; null: latency is not compared. */
  maxSlowdownPercent: number | null
  /** Run by the worker; exit 0 is a pass, 1 a breach, anything else no data. */
  command: string[] | null
  /** A JSON endpoint, the path of a number in it, and its threshold. */
  metric: { url: string; path: string; max: number } | null
  /** Requests that the canary must have answered before a verdict counts. */
  minRequests: number
  intervalMs: number
}

export interface CanaryStep {
  weight: number
  /** ms to stay at the weight, or until a person promotes. */
  pause: number | 'manual'
  analysis: Analysis | null
}

/** A strategy by its name, which the schema has checked against the registry in `src/strategies`. */
export type Approach = string

/** In which order changes are made and judged, every default filled in. Times are in ms. */
export interface Strategy {
  approach: Approach
  maxParallel: number
  steps: CanaryStep[]
  analysis: Analysis
  /** canary: how many of each resource, or as many of its instances as the step's share asks for. */
  canaries: number | 'share'
  /** After the last stage: how long the operation keeps watching before nothing can be taken back, ms; 0: not at all. */
  bakeMs: number
  /** blueGreen: how long the old set stays. */
  keepMs: number
  /** How long requests in flight may take after an instance left the edge. */
  drainMs: number
  /** How long a host may be unreachable before a step on it fails, ms. */
  hostTimeoutMs: number
  /** The whole operation, without pauses for people. */
  progressDeadlineMs: number
  rollback: {
    onFailure: 'automatic' | 'hold'
    /** auto: restore only what has not taken traffic; always: restore all the same; never: no snapshots. */
    snapshot: 'auto' | 'always' | 'never'
    keepSnapshots: number
  }
}

export interface Cluster {
  name: string
  nodes: string[]
  discovery: { strategy: 'epmd' | 'gossip' | 'dns'; options: Record<string, string> }
  cookie: { value: string } | { secret: SecretRef }
}
