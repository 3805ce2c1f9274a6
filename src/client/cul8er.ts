import { join } from 'node:path'
import { createArtifactStore } from '../artifacts/store.js'
import type { DryStep } from '../steps/dry-run.js'
import type { Plan } from '../plan/model.js'
import { derivedKey } from '../secrets/derived-key.js'
import { loadSealKey } from '../secrets/seal-key.js'
import type { Host, Topology } from '../topology/model.js'
import type { Imported, LedgerState, Steering } from '../contracts/index.js'
import { normalised, type DeclaredTopology } from './declared.js'
import { knownLedger, ledgerNames, loadLedger, readLedger, writeTtl } from './ledger.js'
import { Link, type LinkOptions } from './link.js'
import { readEvidence, readLogs, type LogLine, type LogOptions } from './logs.js'
import { override, type Overrides } from './overrides.js'
import { readOperation, type PastOperation } from './past-operation.js'
import { renewLedgers, type Renewal } from './renew.js'
import { buildRevision, type NewRevision } from './revision.js'
import { Run } from './run.js'
import { savedPlan, type SavedPlan } from './saved-plan.js'
import { foreign, isOwn, signed, unsigned, type FileKind, type Signed } from './signed-file.js'
import { startRun, steerOperation, type StartOptions } from './start.js'
import type { Status } from './status.js'
import { hostsToLeaveOut } from './without.js'
import { findOrphans, lookAhead, readSnapshots, readStatus, type Orphan, type Snapshot } from './world.js'

export interface PlanOptions extends Overrides {
  /** Folder that the paths of artifacts and certificates are relative to: the topology file's; default the working folder. */
  directory?: string
  /** Go on where a check would refuse. */
  force?: boolean
  /** Hosts to leave out: they are gone, and what is on them stays as it is. */
  without?: string[]
  /** Replace instances whose host has another image under the name of theirs by now, because it was imported anew. */
  refreshImages?: boolean
  /** Where `system` secrets are; default this process's environment. */
  env?: NodeJS.ProcessEnv
}

export interface DeployOptions extends PlanOptions, StartOptions {
  /** Do what this plan says, or refuse with STALE_PLAN. */
  plan?: SavedPlan
  /** Also a plan that another home made, or that somebody changed. */
  trust?: boolean
}

/** What the command line does, for programs. All methods throw Cul8erError. */
export class Cul8erClient {
  private constructor(
    private readonly link: Link,
    /** Signs saved plans and exported states. */
    private readonly fileKey: Uint8Array,
  ) {}

  static async connect(options: LinkOptions = {}): Promise<Cul8erClient> {
    const link = await Link.open(options)
    const key = await loadSealKey({ home: link.home, env: options.env ?? process.env })
    return new Cul8erClient(link, derivedKey(key, 'files'))
  }

  /** Folder of the embedded service. */
  get home(): string {
    return this.link.home
  }

  /** Address of the Web UI of the embedded service; null with a Temporal server of your own. */
  get uiUrl(): string | null {
    return this.link.uiUrl
  }

  close(): Promise<void> {
    return this.link.close()
  }

  /** Whether a saved plan or an exported state was made by this home (or with its key), and nobody changed it since. */
  made(kind: FileKind, file: unknown): boolean {
    return isOwn(kind, file, this.fileKey)
  }

  /**
   * Starts a deploy; the run is followed, or left alone.
   * @throws Cul8erError PERMISSION for a plan that was not made here, unless it is trusted
   */
  async deploy(declared: DeclaredTopology, options: DeployOptions = {}): Promise<Run> {
    this.#refuseForeignPlan(options)
    const { plan, force } = options
    const revision = plan?.revision ?? (await this.#revision(declared, options))
    const { name } = revision.topology
    const without = await this.#without(name, plan?.without ?? options.without, revision.topology)
    const refreshImages = refreshes(options)
    const planned = plan === undefined ? {} : { planFingerprint: plan.fingerprint }
    return startRun(this.link, name, { kind: 'deploy', revision, force, without, refreshImages, ...planned }, options)
  }

  /** What a deploy would change, as a value that can be saved and deployed. */
  async plan(declared: DeclaredTopology, options: PlanOptions = {}): Promise<SavedPlan> {
    const topology = normalised(declared)
    const revision = await this.#revision(topology, options)
    const plan = await this.planRevision(revision, options)
    const { without, refreshImages } = options
    return savedPlan(topology, { revision, plan, without, refreshImages, key: this.fileKey })
  }

  /** What bringing the world to a revision would change. */
  async planRevision(
    revision: NewRevision,
    options: Pick<PlanOptions, 'force' | 'without' | 'refreshImages'> = {},
  ): Promise<Plan> {
    return (await lookAhead(this.link, revision, options)).plan
  }

  /** Every Incus command that a deploy would run if all goes well; nothing is changed. */
  async dryRun(declared: DeclaredTopology, options: DeployOptions = {}): Promise<{ plan: Plan; commands: DryStep[] }> {
    this.#refuseForeignPlan(options)
    const revision = options.plan?.revision ?? (await this.#revision(declared, options))
    const without = options.plan?.without ?? options.without
    return lookAhead(this.link, revision, { ...options, without, refreshImages: refreshes(options), dryRun: true })
  }

  rollback(topology: string, { to, ...options }: StartOptions & { to?: number } = {}): Promise<Run> {
    return startRun(
      this.link,
      topology,
      { kind: 'rollback', force: options.force, ...(to === undefined ? {} : { to }) },
      options,
    )
  }

  restore(
    topology: string,
    { snapshot, resource, ...options }: StartOptions & { snapshot: string; resource?: string },
  ): Promise<Run> {
    return startRun(this.link, topology, { kind: 'restore', force: options.force, snapshot, resource }, options)
  }

  async destroy(topology: string, options: StartOptions & Pick<PlanOptions, 'without'> = {}): Promise<Run> {
    const without = await this.#without(topology, options.without, null)
    return startRun(this.link, topology, { kind: 'destroy', force: options.force, without }, options)
  }

  /** The operation in progress; null when there is none. */
  async attach(topology: string): Promise<Run | null> {
    const { current, attempted, desired } = await knownLedger(this.link, topology)
    if (current === null) return null
    return new Run(this.link, topology, {
      operation: current.id,
      workflowId: current.workflowId,
      revision: attempted ?? desired ?? 0,
    })
  }

  /** Steers the operation in progress. */
  steer(topology: string, action: Steering): Promise<{ operation: string; accepted: string }> {
    return steerOperation(this.link, topology, action)
  }

  status(topology: string): Promise<Status> {
    return readStatus(this.link, topology)
  }

  async history(topology: string): Promise<LedgerState['history']> {
    return (await knownLedger(this.link, topology)).history
  }

  /**
   * One operation with its steps.
   * @param number - `5` of `op-5`
   */
  async operation(topology: string, number: number): Promise<PastOperation> {
    return readOperation(this.link, await knownLedger(this.link, topology), number)
  }

  /** Everything that is known of a topology; secrets in it are sealed. */
  state(topology: string): Promise<LedgerState> {
    return knownLedger(this.link, topology)
  }

  /** Names of all topologies that were ever deployed here. */
  topologies(): Promise<string[]> {
    return ledgerNames(this.link)
  }

  /** Has the state of every topology written anew, signed with the present key: then former keys can go. */
  renew(): Promise<Renewal[]> {
    return renewLedgers(this.link)
  }

  /** The same to be carried about: signed, so that an import sees whether anybody changed it. */
  async exportState(topology: string): Promise<Signed<LedgerState>> {
    return signed('exported state', await this.state(topology), this.fileKey)
  }

  /**
   * Loads what `exportState` gave, in place of what is known.
   * @param file - as read: it is checked
   * @throws Cul8erError USAGE, OPERATION_IN_PROGRESS, PERMISSION for what was not exported here, unless it is trusted, STATE_NEWER
   * unless forced
   */
  async importState(file: unknown, options: { force?: boolean; trust?: boolean } = {}): Promise<Imported> {
    const { readState } = await import('../contracts/exported-state.js')
    const state = readState(unsigned(file))
    if (options.trust !== true && !this.made('exported state', file)) throw foreign('exported state', state.topology)
    return loadLedger(this.link, state, options)
  }

  setTtl(topology: string, ttlMs: number | null): Promise<{ expiresAt: string | null }> {
    return writeTtl(this.link, topology, ttlMs)
  }

  snapshots(topology: string): Promise<Snapshot[]> {
    return readSnapshots(this.link, topology)
  }

  /**
   * Instances with our labels that no topology claims, on the hosts that any topology names.
   * @param hosts - further hosts to look at
   */
  orphans(hosts: Record<string, Host> = {}): Promise<Orphan[]> {
    return findOrphans(this.link, hosts)
  }

  /**
   * Log lines of instances, as they come; ends when all is read, or with the signal when followed. With `operation` what is kept of
   * those that this operation removed.
   */
  async logs(topology: string, options: LogOptions, each: (line: LogLine) => void): Promise<void> {
    const state = await knownLedger(this.link, topology)
    if (options.operation !== undefined) return readEvidence(this.link, topology, options.operation, options, each)
    return readLogs(this.link, state, options, each)
  }

  #refuseForeignPlan({ plan, trust = false }: DeployOptions): void {
    if (plan === undefined || trust || this.made('saved plan', plan)) return
    throw foreign('saved plan', plan.topology)
  }

  /** Checked here, where a person can correct it, and not by an operation that has begun. */
  async #without(
    topology: string,
    hosts: string[] | undefined,
    declared: Topology | null,
  ): Promise<string[] | undefined> {
    if (hosts === undefined || hosts.length === 0) return undefined
    return hostsToLeaveOut(hosts, declared, await readLedger(this.link, topology))
  }

  /** The revision that a deploy would make, with artifacts put into the store and secrets sealed. */
  async #revision(declared: DeclaredTopology, options: PlanOptions): Promise<NewRevision> {
    const env = options.env ?? process.env
    const topology = override(normalised(declared), options)
    const state = await readLedger(this.link, topology.name)
    return buildRevision(topology, {
      directory: options.directory ?? process.cwd(),
      env,
      store: createArtifactStore(join(this.home, 'artifacts')),
      sealKey: await loadSealKey({ home: this.home, env }),
      known: state?.revisions ?? [],
    })
  }
}

/** A saved plan says it of itself. */
const refreshes = ({ plan, refreshImages = false }: DeployOptions): boolean =>
  plan === undefined ? refreshImages : plan.refreshImages === true
