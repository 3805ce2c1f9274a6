import { join } from 'node:path'
import { createArtifactStore } from '../artifacts/store.js'
import type { DryStep } from '../contracts/inspect.js'
import { snapshotByTime } from '../naming/snapshot-names.js'
import type { Moves, Plan } from '../plan/model.js'
import { derivedKey } from '../secrets/derived-key.js'
import { loadSealKey } from '../secrets/seal-key.js'
import type { Host, Topology } from '../topology/model.js'
import type {
  BackupList,
  Cordoned,
  HostChecks,
  HostRow,
  Imported,
  InspectAnswers,
  LedgerState,
  Steering,
} from '../contracts/index.js'
import { normalised, type DeclaredTopology } from './declared.js'
import { execInside, type ExecOptions } from './exec.js'
import { checkHosts, cordonHost, deployedTopology, lookAtHosts, uncordonHost, type NamedHost } from './hosts.js'
import { reachInstances, type Reached, type ReachedInstance } from './instances.js'
import {
  forgetLedger,
  knownLedger,
  ledgerIfKnown,
  ledgerNames,
  ledgerStates,
  loadLedger,
  readLedger,
  writeTtl,
} from './ledger.js'
import { Link, type LinkOptions } from './link.js'
import { readKeptLogs } from './kept-logs.js'
import type { LogLine, LogOptions } from './log-options.js'
import { leftOutNow, lookAtMoves, type MoveOptions, type MovesPlan } from './moves.js'
import { readLogs } from './logs.js'
import { readPreviousLogs } from './previous-logs.js'
import { override, type Overrides } from './overrides.js'
import { readOperation, type PastOperation } from './past-operation.js'
import { renewLedgers, type Renewal } from './renew.js'
import { buildRevision, type NewRevision } from './revision.js'
import { Run } from './run.js'
import { savedPlan, type SavedPlan } from './saved-plan.js'
import { lookForState, rebuilt, refuseKnown, type FoundState } from './rebuild.js'
import { foreign, isOwn, signed, unsigned, type FileKind, type Signed } from './signed-file.js'
import { startRun, steerOperation, type StartOptions } from './start.js'
import type { Status } from './status.js'
import { withVersions } from './versions.js'
import { hostsToLeaveOut } from './without.js'
import {
  findOrphans,
  lookAhead,
  lookAtRestart,
  readBackups,
  readSnapshots,
  readStatus,
  type Orphan,
  type Snapshot,
} from './world.js'

/** What a plan may be told besides its topology. */
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

/** What a deploy may be told besides its topology. */
export interface DeployOptions extends PlanOptions, StartOptions {
  /** Do what this plan says, or refuse with STALE_PLAN. */
  plan?: SavedPlan
  /** Also a plan that another home made, or that somebody changed. */
  trust?: boolean
  /** Told what a plan would have noted, such as a version that nobody named. */
  noted?: (note: string) => void
}

export type RestartPlan = InspectAnswers['restart']

export interface RestartOptions {
  /** Resources and instances; absent: all that live. */
  names?: string[]
  /** Instances at a time, in place of the strategy's `maxParallel`. */
  maxParallel?: number
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

  /** Ends the connection. Operations go on; runs that were not ended reject with CANCELLED. */
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
    const { plan, force, noted } = options
    const { revision, notes } = plan === undefined ? await this.#revision(declared, options) : { ...plan, notes: [] }
    for (const note of notes) noted?.(note)
    const { name } = revision.topology
    const without = await this.#without(name, plan?.without ?? options.without, revision.topology)
    const refreshImages = refreshes(options)
    const planned = plan === undefined ? {} : { planFingerprint: plan.fingerprint }
    return startRun(this.link, name, { kind: 'deploy', revision, force, without, refreshImages, ...planned }, options)
  }

  /** What a deploy would change, as a value that can be saved and deployed. */
  async plan(declared: DeclaredTopology, options: PlanOptions = {}): Promise<SavedPlan> {
    const topology = normalised(declared)
    const { revision, notes } = await this.#revision(topology, options)
    const plan = withNotes(await this.planRevision(revision, options), notes)
    const { without, refreshImages } = options
    return savedPlan(topology, { revision, plan, without, refreshImages, key: this.fileKey })
  }

  /**
   * What bringing the world to a revision would change.
   * @param options - `goesBack`: by a rollback
   */
  async planRevision(
    revision: NewRevision,
    options: Pick<PlanOptions, 'force' | 'without' | 'refreshImages'> & { goesBack?: boolean } = {},
  ): Promise<Plan> {
    return (await lookAhead(this.link, revision, options)).plan
  }

  /** Every Incus command that a deploy would run if all goes well; nothing is changed. */
  async dryRun(declared: DeclaredTopology, options: DeployOptions = {}): Promise<{ plan: Plan; commands: DryStep[] }> {
    this.#refuseForeignPlan(options)
    const { revision, notes } =
      options.plan === undefined ? await this.#revision(declared, options) : { ...options.plan, notes: [] }
    const without = options.plan?.without ?? options.without
    const asked = { ...options, without, refreshImages: refreshes(options), dryRun: true }
    const { plan, commands } = await lookAhead(this.link, revision, asked)
    return { plan: withNotes(plan, notes), commands }
  }

  /**
   * Starts going back to the last stable revision before this one, or to a named one.
   * @param options - `to` is the number of a revision that is still kept
   * @throws Cul8erError UNKNOWN_TOPOLOGY, UNKNOWN_REVISION, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  rollback(topology: string, { to, ...options }: StartOptions & { to?: number } = {}): Promise<Run> {
    return startRun(
      this.link,
      topology,
      { kind: 'rollback', force: options.force, ...(to === undefined ? {} : { to }) },
      options,
    )
  }

  /**
   * Starts going back to a snapshot, of one resource or of all that have it. What was written since is lost.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  restore(
    topology: string,
    { snapshot, resource, ...options }: StartOptions & { snapshot: string; resource?: string },
  ): Promise<Run> {
    return startRun(this.link, topology, { kind: 'restore', force: options.force, snapshot, resource }, options)
  }

  /**
   * Starts making the copies on a host the live instances, of one resource or of all that have one there. What was written since is lost.
   * @param options - `force`: the originals do not run, or may be stopped
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  restoreFromReplica(
    topology: string,
    { host, resource, ...options }: StartOptions & { host: string; resource?: string },
  ): Promise<Run> {
    return startRun(this.link, topology, { kind: 'restore', force: options.force, replica: host, resource }, options)
  }

  /**
   * Starts making an instance of a backup, in the place of what is there. What was written since is lost; what is there is stopped and stays.
   * @param options - `host`: where, absent: where it was; `force`: what it is a backup of does not run on a host that gives no answer
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  restoreFromBackup(
    topology: string,
    { backup, resource, host, ...options }: StartOptions & { backup: string; resource: string; host?: string },
  ): Promise<Run> {
    const asked = { kind: 'restore' as const, force: options.force, backup, resource }
    return startRun(this.link, topology, { ...asked, ...(host === undefined ? {} : { host }) }, options)
  }

  /**
   * Starts backing up every instance that has backups, or those of one resource.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  backUp(topology: string, { resource, ...options }: StartOptions & { resource?: string } = {}): Promise<Run> {
    return startRun(this.link, topology, { kind: 'backup', resource }, options)
  }

  /**
   * Whole backups of a topology, the newest first.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SECRET_UNRESOLVED, SERVICE
   */
  backups(topology: string, { resource }: { resource?: string } = {}): Promise<BackupList> {
    return readBackups(this.link, topology, resource)
  }

  /**
   * Takes a snapshot of every instance, or of one resource's, under one name; nothing but `deleteSnapshot` removes it.
   * @param options - `name`: absent: by the minute, such as `manual-20261122-0915`
   * @throws Cul8erError USAGE for a name that is not allowed, UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  createSnapshot(
    topology: string,
    {
      name = snapshotByTime(new Date()),
      resource,
      ...options
    }: StartOptions & { name?: string; resource?: string } = {},
  ): Promise<Run> {
    return startRun(this.link, topology, { kind: 'snapshot', snapshot: name, resource }, options)
  }

  /**
   * Deletes a snapshot that a person named, of every instance that has it or of one resource's.
   * @throws Cul8erError USAGE for one that an operation took, UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
  deleteSnapshot(
    topology: string,
    { name, resource, ...options }: StartOptions & { name: string; resource?: string },
  ): Promise<Run> {
    return startRun(this.link, topology, { kind: 'snapshot', snapshot: name, resource, remove: true }, options)
  }

  /** Restarts instances batch after batch, each through the edge; `names`: resources and instances, absent: all. */
  restart(topology: string, { names, maxParallel, ...options }: StartOptions & RestartOptions = {}): Promise<Run> {
    return startRun(this.link, topology, { kind: 'restart', names, maxParallel }, options)
  }

  /** What a restart would do, and in which order. */
  planRestart(topology: string, options: RestartOptions = {}): Promise<RestartPlan> {
    return lookAtRestart(this.link, topology, options)
  }

  /**
   * Starts removing all that the topology owns, and nothing else; its history stays.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, SERVICE
   */
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

  /**
   * What is desired and what the hosts show.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SERVICE
   */
  status(topology: string): Promise<Status> {
    return readStatus(this.link, topology)
  }

  /**
   * The operations that ended, the oldest first, as far as the ledger remembers them.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SERVICE
   */
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

  /** The same; null when nothing was ever deployed under this name, or it was forgotten. */
  stateIfKnown(topology: string): Promise<LedgerState | null> {
    return ledgerIfKnown(this.link, topology)
  }

  /** The state of every topology that is known here, in the order of their names. */
  states(): Promise<LedgerState[]> {
    return ledgerStates(this.link)
  }

  /** Names of all topologies that were ever deployed here. */
  topologies(): Promise<string[]> {
    return ledgerNames(this.link)
  }

  /**
   * Forgets a topology of which nothing is there: it is listed no more, and its history is gone. Operations and revisions of a topology that
   * is deployed under its name again are numbered on.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS, IN_USE while anything is deployed, SERVICE
   */
  forget(topology: string): Promise<void> {
    return forgetLedger(this.link, topology)
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

  /**
   * What the hosts of a file have of its topology, by their labels alone, as `rebuildState` takes it. Changes nothing.
   * @throws Cul8erError STATE_NEWER where something is known already, unless forced; NOT_FOUND, STATE_LOST when nothing agrees with the file
   */
  async findState(declared: DeclaredTopology, options: PlanOptions = {}): Promise<FoundState> {
    const { revision, notes } = await this.#revision(declared, options)
    const { name } = revision.topology
    refuseKnown(await readLedger(this.link, name), options)
    return lookForState(this.link, revision, notes)
  }

  /** Makes what `findState` found the state of the topology: the file is its stable revision, and what differs shows as drift. */
  rebuildState({ revision, found }: FoundState, options: { force?: boolean } = {}): Promise<Imported> {
    return loadLedger(this.link, rebuilt(revision, found), options)
  }

  /**
   * Has the topology removed by itself after a time from now, or not any more.
   * @param ttlMs - ms; null clears it
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SERVICE
   */
  setTtl(topology: string, ttlMs: number | null): Promise<{ expiresAt: string | null }> {
    return writeTtl(this.link, topology, ttlMs)
  }

  /** Instances of a topology as this machine reaches them, for `exec`; `names`: resources and instances, none: all. */
  reach(topology: string, names: readonly string[] = []): Promise<Reached> {
    return reachInstances(this.link, topology, names)
  }

  /** Runs a command inside an instance; gives its exit code. */
  exec(instance: ReachedInstance, command: readonly string[], options: ExecOptions): Promise<number> {
    return execInside(instance, command, options)
  }

  /**
   * Snapshots of the topology's instances on the hosts where they may be.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SERVICE
   */
  snapshots(topology: string): Promise<Snapshot[]> {
    return readSnapshots(this.link, topology)
  }

  /**
   * Instances with our labels that no topology claims, on the hosts that any topology names.
   * @param hosts - further hosts to look at
   */
  async orphans(hosts: Record<string, Host> = {}): Promise<Orphan[]> {
    return (await findOrphans(this.link, hosts)).orphans
  }

  /** The same, with the names of the hosts that were looked at. */
  searchOrphans(hosts: Record<string, Host> = {}): Promise<{ orphans: Orphan[]; hosts: string[] }> {
    return findOrphans(this.link, hosts)
  }

  /**
   * What each host is, has and uses, asked side by side from where the worker is. A host that does not answer has an `error`.
   * @throws Cul8erError SERVICE
   */
  hosts(hosts: Record<string, Host>): Promise<HostRow[]> {
    return lookAtHosts(this.link, hosts)
  }

  /**
   * Whether each host has what the topologies need of it; changes nothing.
   * @throws Cul8erError SERVICE
   */
  checkHosts(hosts: Record<string, Host>, topologies: readonly Topology[]): Promise<HostChecks[]> {
    return checkHosts(this.link, hosts, topologies)
  }

  /**
   * Writes on a host that nothing new is to be put there, for every topology and every control plane that uses it. What is there stays.
   * Twice is harmless: a new reason takes the place of the one before.
   */
  cordon(host: NamedHost, { reason }: { reason?: string } = {}): Promise<Cordoned> {
    return cordonHost(this.link, host, reason ?? null)
  }

  /** Takes that off again; nothing moves back by itself. */
  uncordon(host: NamedHost): Promise<Cordoned> {
    return uncordonHost(this.link, host)
  }

  /**
   * What moving instances as they are declared would change; with `dryRun` by which commands.
   * @throws Cul8erError UNKNOWN_TOPOLOGY; NO_ROOM, DATA_LOSS where something cannot move, unless forced: then it stays
   */
  planMoves(topology: string, moves: Moves, options: MoveOptions & { dryRun?: boolean } = {}): Promise<MovesPlan> {
    return lookAtMoves(this.link, topology, moves, options)
  }

  /**
   * Starts emptying hosts of a topology's instances: new ones first, elsewhere. It does not cordon the hosts.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, OPERATION_IN_PROGRESS unless it shall wait, NEEDS_ATTENTION, SERVICE
   */
  drain(topology: string, hosts: string[], options: StartOptions & MoveOptions = {}): Promise<Run> {
    return this.#move(topology, { kind: 'drain', moves: { off: hosts } }, options)
  }

  /**
   * Starts moving stateless instances so that hosts are used evenly.
   * @param options - `gain`: percentage points by which the gap between the fullest and the emptiest host must shrink
   * @throws Cul8erError as `drain` does
   */
  rebalance(
    topology: string,
    { gain = 10, ...options }: StartOptions & MoveOptions & { gain?: number } = {},
  ): Promise<Run> {
    return this.#move(topology, { kind: 'rebalance', moves: { off: [], gain } }, options)
  }

  async #move(
    topology: string,
    move: { kind: 'drain' | 'rebalance'; moves: Moves },
    { fingerprint, ...options }: StartOptions & MoveOptions,
  ): Promise<Run> {
    const without = await leftOutNow(this.link, topology)
    const asked = { ...move, force: options.force, without }
    const planned = fingerprint === undefined ? {} : { planFingerprint: fingerprint }
    return startRun(this.link, topology, { ...asked, ...planned }, options)
  }

  /**
   * A topology as it is deployed.
   * @throws Cul8erError UNKNOWN_TOPOLOGY, SERVICE
   */
  deployed(topology: string): Promise<Topology> {
    return deployedTopology(this.link, topology)
  }

  /**
   * Log lines of instances, as they come; ends when all is read, or with the signal when followed. With `operation` what is kept of
   * those that this operation removed; with `previous` the run before the present one, and what the last operation removed.
   */
  async logs(topology: string, options: LogOptions, each: (line: LogLine) => void): Promise<void> {
    const state = await knownLedger(this.link, topology)
    if (options.operation !== undefined) return readKeptLogs(this.link, state, options.operation, options, each)
    if (options.previous === true) return readPreviousLogs(this.link, state, options, each)
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
  async #revision(
    declared: DeclaredTopology,
    options: PlanOptions,
  ): Promise<{ revision: NewRevision; notes: string[] }> {
    const env = options.env ?? process.env
    const wanted = override(normalised(declared), options)
    const known = (await readLedger(this.link, wanted.name))?.revisions ?? []
    const directory = options.directory ?? process.cwd()
    const { topology, notes } = await withVersions(wanted, { directory, known })
    const revision = await buildRevision(topology, {
      directory,
      env,
      store: createArtifactStore(join(this.home, 'artifacts')),
      sealKey: await loadSealKey({ home: this.home, env }),
      known,
    })
    return { revision, notes }
  }
}

const withNotes = (plan: Plan, notes: string[]): Plan => ({ ...plan, notes: [...notes, ...plan.notes] })

/** A saved plan says it of itself. */
const refreshes = ({ plan, refreshImages = false }: DeployOptions): boolean =>
  plan === undefined ? refreshImages : plan.refreshImages === true
