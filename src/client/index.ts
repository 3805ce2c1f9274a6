import type { Cul8erClient } from './cul8er.js'
import type { LinkOptions } from './link.js'

export type { Cul8erClient, DeployOptions, PlanOptions } from './cul8er.js'
export type { PastOperation } from './past-operation.js'
export type { NamedHost } from './hosts.js'
export type { FoundState } from './rebuild.js'
export type { StartOptions } from './start.js'
export type { Snapshot } from './world.js'
export type { RunEvent } from './events.js'
export type { ReachedInstance } from './instances.js'
export type { MovesPlan } from './moves.js'
export type { LinkOptions } from './link.js'
export type { LogLine, LogOptions } from './log-options.js'
export type { Renewal } from './renew.js'
export type { Run } from './run.js'
export type { SavedPlan } from './saved-plan.js'
export type { FileKind } from './signed-file.js'
export type { Status } from './status.js'

export type Cul8er = Cul8erClient

/**
 * The way in for programs. A Temporal client takes half a second to load, so it is loaded by `connect` and not by every
 * topology file that imports cul8er.
 */
export const Cul8er = {
  /**
   * Connects to the Temporal server of `address`, of TEMPORAL_ADDRESS or of a profile, else to the embedded service, which is
   * started when it does not run.
   * @throws Cul8erError SERVICE
   */
  async connect(options: LinkOptions = {}): Promise<Cul8er> {
    const { Cul8erClient } = await import('./cul8er.js')
    return Cul8erClient.connect(options)
  },
} as const
