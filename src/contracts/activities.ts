import type { HealthReport } from '../health/model.js'
import type { InstanceSpec, Revision, Role } from '../plan/model.js'
import type { LiveInstance } from '../plan/work.js'
import type { WorkPlan } from '../plan/plan.js'
import type { Analysis, Host } from '../topology/model.js'
import type { Verdict } from '../traffic/analysis.js'
import type { TopologyRoutes } from '../traffic/model.js'
import type { InspectRequest, InspectResult } from './inspect.js'

/** A host by its name in the topology, and how to reach it. */
export interface At {
  host: string
  via: Host
}

/** One instance on one host. */
export interface InstanceAt extends At {
  name: string
  project: string | null
}

/** What labels say of how an instance came to be as it is. */
export interface Stamp {
  operation: number
  revision: number
  role: Role
}

export interface SpecAt extends At {
  spec: InstanceSpec
}

/** An instance that was healthy when it was last looked at. */
export interface Proven {
  spec: Pick<InstanceSpec, 'name' | 'host' | 'project' | 'resource' | 'type' | 'release' | 'healthcheck'>
  address: string | null
}

/** How traffic goes on one host; host names as in the topology. */
export interface RoutesAt extends At {
  routes: TopologyRoutes
  /** PEM files by route: their contents are secret and are read where they are used. */
  certificates: { as: number; host: string | null; cert: string; key: string }[]
}

/** A canary under watch. */
export interface AnalysisInput extends SpecAt {
  topology: string
  canaries: string[]
  stables: string[]
  address: string | null
  analysis: Analysis
  /** Failed probes in a row that are a breach. */
  probeFailures: number
  /** Requests from here on count, ms since the epoch. */
  sinceMs: number
  /** How long to look, ms. */
  forMs: number
  /** The time is over: a pass ends the look at once. */
  untilData?: boolean
}

/**
 * The steps that workflows ask for. Each may run twice or half: it looks before it makes, and ends in the same state.
 * All throw ApplicationFailure with a Cul8erError's code as its type and an ErrorReport as its detail.
 */
export interface Activities {
  /** `hosts`: all that the topology uses now or used before. `without`: of those, the ones to leave out. */
  planOperation(input: {
    revision: Revision
    /** The stable revision. */
    base?: Revision | null
    hosts: Record<string, Host>
    dirty: string[]
    standby: string[]
    without?: string[]
    force: boolean
  }): Promise<WorkPlan>
  /** Makes the topology's Incus project exist on a host; images and profiles stay those of the default project. */
  ensureProject(input: At & { project: string }): Promise<void>
  /** Everything with the topology's label on its hosts, whatever its role. */
  findOwned(input: { topology: string; project: string | null; hosts: Record<string, Host> }): Promise<LiveInstance[]>
  ensureInstance(input: SpecAt & { stamp: Stamp }): Promise<{ address: string | null; created: boolean }>
  /** Limits, devices, environment keys and labels of an instance that is there. */
  configureInstance(input: SpecAt & { stamp: Stamp }): Promise<void>
  /**
   * Environment, secrets and release into the instance; the app runs afterwards. `fresh`: it was made a moment ago, so that the
   * tarball can go along at once.
   */
  installRelease(input: SpecAt & { fresh?: boolean }): Promise<void>
  waitUntilHealthy(input: SpecAt): Promise<{ address: string | null; report: HealthReport }>
  /** Fails with the first of a host's instances that is not healthy any more. */
  confirmHealthy(input: At & { instances: Proven[] }): Promise<void>
  takeSnapshot(input: InstanceAt & { snapshot: string }): Promise<void>
  restoreSnapshot(input: InstanceAt & { snapshot: string }): Promise<void>
  /** Removes the oldest of our snapshots beyond `keep`. */
  pruneSnapshots(input: InstanceAt & { keep: number }): Promise<{ removed: string[] }>
  startInstance(input: InstanceAt): Promise<void>
  stopInstance(input: InstanceAt & { timeoutMs: number }): Promise<void>
  /** Deletes the instance if it is the topology's; already gone is done. */
  deleteInstance(input: InstanceAt & { topology: string }): Promise<void>
  setRole(input: InstanceAt & { role: Role }): Promise<void>
  applyRoutes(input: RoutesAt): Promise<void>
  waitDrained(input: At & { topology: string; server: string; deadlineMs: number }): Promise<{ cut: number }>
  removeRoutes(input: At & { topology: string }): Promise<void>
  /** Watches a canary for a time; a breach ends it at once. */
  analyse(input: AnalysisInput): Promise<Verdict>
  /** Removes artifacts that no kept revision of any topology names. */
  pruneArtifacts(): Promise<{ removed: number }>
  inspect(input: InspectRequest): Promise<InspectResult>
}
