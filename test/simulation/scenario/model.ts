import type { Steering } from '../../../src/contracts/index.js'
import type { Faults } from '../server/faults.js'
import type { CanaryChances } from '../world/acts.js'
import type { AppBehaviour } from '../world/model.js'

/** Everything that a simulation begins with: plain data, so that it can be printed, made smaller and run again. */
export interface Scenario {
  /** Decides the order of everything, and the fate of each attempt. */
  seed: number
  topology: string
  /** Declarations, as users write them. */
  revisions: Declaration[]
  /** By `<release>@<version>`; what is not here is good. */
  apps: Record<string, AppBehaviour>
  commands: Command[]
  faults: Faults
  canary: CanaryChances
  /** Instances of others, by host. */
  bystanders: Bystander[]
  /** Workflows are compiled with small slices, so that a few instances are many. */
  narrow: boolean
  /** Longest time to wait for what is due after the last command, ms; absent: days. */
  settlesMs?: number
}

export type Declaration = Record<string, unknown> & { name: string; hosts: object; resources: Record<string, object> }

export interface Bystander {
  host: string
  name: string
  /** null: it has no labels; else the topology that its labels name. */
  topology: string | null
  resource: string
}

/** One thing that a person does, or that befalls a machine. */
export interface Command {
  /**
   * idle: when no operation is in progress (for longer than PATIENCE_MS it does not wait); now: whatever is going on. Either
   * way `gapMs` later.
   */
  when: 'idle' | 'now'
  gapMs: number
  does: Deed
}

/** `givesUpMs`: how long its command waits for an answer; null: as long as the real one does. */
export type Deed =
  | (Request & { givesUpMs: number | null })
  | { kind: 'steer'; action: Steering; by: 'update' | 'signal' }
  | { kind: 'setTtl'; ttlMs: number | null }
  | { kind: 'importState'; file: ImportedFile }
  /** The same request as an earlier one, with its id: `back` of 1 is the last. */
  | { kind: 'repeat'; back: number }
  | { kind: 'cancelOperation' | 'terminateOperation' | 'cancelLedger' | 'terminateLedger' }
  | { kind: 'hostAway'; host: string; forMs: number }
  /** Its power or its network goes, so often. */
  | { kind: 'hostOut'; host: string; how: 'power' | 'network'; forMs: number; times: number }
  | { kind: 'workerAway'; forMs: number }
  /** Somebody stops an instance by hand: the `nth` of ours. */
  | { kind: 'stopByHand'; nth: number }

export type Request =
  /** `without`: hosts that are out just then are left out. */
  | { kind: 'deploy'; revision: number; force: boolean; without?: true }
  | { kind: 'drain'; host: string; force: boolean }
  | { kind: 'rebalance' }
  /** Copies on a host become the live instances. */
  | { kind: 'restoreCopy'; host: string; force: boolean }
  /** `to`: the nth of the revisions that the ledger keeps. */
  | { kind: 'rollback'; to: number | null; force: boolean }
  | { kind: 'restore'; resource: string | null }
  | { kind: 'destroy' }
  /** `names`: resources and instances; empty: all. `atOnce`: instances at a time; null: as the strategy says. */
  | { kind: 'restart'; names: string[]; atOnce: number | null }
  | { kind: 'snapshot'; name: string; resource: string | null; remove: boolean }

export interface ImportedFile {
  /** How many operations ago it was exported. */
  age: number
  /** asExported, or with something in it that is not as it should be. */
  spoilt: 'asExported' | 'expired' | 'noHistory' | 'oneOperationBack'
}

const REQUESTS: ReadonlySet<Deed['kind']> = new Set<Request['kind']>([
  ...(['deploy', 'rollback', 'restore', 'destroy', 'restart', 'snapshot'] as const),
  ...(['drain', 'rebalance', 'restoreCopy'] as const),
])

export const isRequest = (deed: Deed): deed is Request & { givesUpMs: number | null } => REQUESTS.has(deed.kind)
