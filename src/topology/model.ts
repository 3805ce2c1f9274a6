import type { StrategyName } from '../strategies/registry.js'

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
  /** Time after a deploy at which the topology is destroyed by itself; null is never. */
  ttlMs: number | null
}

export type Platform = 'arch_linux' | 'debian' | 'ubuntu' | 'icusos' | 'emulated'

/** How commands reach the host, derived from `address` and `platform`. */
export type HostKind = 'local' | 'ssh' | 'incus' | 'emulated'

export interface Host {
  /** As written: `localhost`, `user@host[:port]`, `https://host:8443`. */
  address: string
  platform: Platform
  kind: HostKind
  credentials: { ssh: { key: string | null } | null } | null
}

export type InstanceType = 'container' | 'vm'

export interface Resource {
  type: InstanceType
  /** Candidate hosts by name, in preference order; all hosts when the file names none. */
  on: string[]
  /** null: one instance without a number in its name. */
  replicas: number | null
  image: string
  /** Holds data that must outlive updates: never replaced beside itself, never started twice. */
  stateful: boolean
  limits: Limits
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

export interface Limits {
  cpu: number | null
  memoryMiB: number | null
  diskMiB: number | null
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
}

export interface SecretRef {
  from: 'system' | 'file' | 'command' | 'vault'
  /** Variable name, path, command line or vault path; null: the environment key itself. */
  key: string | null
}

export type EnvironmentValue = { value: string } | { secret: SecretRef }

export interface Release {
  release: string
  version: string
  /** Path with `{version}` in place of the version; null: `<release>-<version>.tar.gz` in the artifact folders. */
  artifact: string | null
  /** Command lines relative to the release's folder; null: what the release brings (`bin/<release> start`). */
  start: string[] | null
  stop: string[] | null
}

export type Probe =
  | { kind: 'http'; scheme: 'http' | 'https'; port: number; path: string; expectedStatus: number | null }
  | { kind: 'tcp'; port: number }
  | { kind: 'command'; command: string[] }

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

/** A strategy by its name; the registry in `src/strategies` knows them all. */
export type Approach = StrategyName

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
  /** How long a host may give no answer before a step on it fails, ms. */
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
