import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createArtifactStore } from '../artifacts/store.js'
import { Cul8erError } from '../errors.js'
import type { DryStep } from '../dryrun/dry-run.js'
import type { Plan, Revision } from '../plan/model.js'
import { loadSealKey } from '../secrets/seal-key.js'
import type { Host, Topology } from '../topology/model.js'
import {
  progress,
  steer,
  type InspectResult,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
  type Steering,
} from '../../workflows/model.js'
import { normalised, type DeclaredTopology } from './declared.js'
import { isNotFound } from './failures.js'
import { inspect } from './inspect.js'
import { askForOperation, knownLedger, ledgerNames, loadLedger, readLedger, writeTtl } from './ledger.js'
import { Link, type LinkOptions } from './link.js'
import { readLogs, type LogLine, type LogOptions } from './logs.js'
import { override, type Overrides } from './overrides.js'
import { buildRevision, type NewRevision } from './revision.js'
import { Run } from './run.js'
import { savedPlan, type SavedPlan } from './saved-plan.js'
import { statusOf, type Status } from './status.js'

export interface PlanOptions extends Overrides {
  /** Folder that artifact paths are relative to: the topology file's; default the working folder. */
  directory?: string
  /** Go on where a check would refuse. */
  force?: boolean
  /** Where `system` secrets are; default this process's environment. */
  env?: NodeJS.ProcessEnv
}

export interface StartOptions {
  force?: boolean
  /** Wait for an operation in progress instead of being refused. */
  wait?: boolean
  /** Called once when the wait begins. */
  waiting?: (reason: Cul8erError) => void
}

export interface DeployOptions extends PlanOptions, StartOptions {
  /** Do what this plan says, or refuse with STALE_PLAN. */
  plan?: SavedPlan
}

export type Snapshot = NonNullable<InspectResult['snapshots']>[number]
export type Orphan = NonNullable<InspectResult['orphans']>[number]

/** What the command line does, for programs. All methods throw Cul8erError. */
export class Cul8erClient {
  private constructor(private readonly link: Link) {}

  static async connect(options: LinkOptions = {}): Promise<Cul8erClient> {
    return new Cul8erClient(await Link.open(options))
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

  /** Starts a deploy; the run is followed, or left alone. */
  async deploy(declared: DeclaredTopology, options: DeployOptions = {}): Promise<Run> {
    const { plan, force } = options
    const revision = plan?.revision ?? (await this.#revision(declared, options))
    return this.#start(
      revision.topology.name,
      { kind: 'deploy', revision, force, ...(plan === undefined ? {} : { planFingerprint: plan.fingerprint }) },
      options,
    )
  }

  /** What a deploy would change, as a value that can be saved and deployed. */
  async plan(declared: DeclaredTopology, options: PlanOptions = {}): Promise<SavedPlan> {
    const topology = normalised(declared)
    const revision = await this.#revision(topology, options)
    return savedPlan(topology, revision, await this.planRevision(revision, options))
  }

  /** What bringing the world to a revision would change. */
  async planRevision(revision: NewRevision, options: { force?: boolean } = {}): Promise<Plan> {
    return (await this.#look(revision, options)).plan
  }

  /** Every Incus command that a deploy would run if all goes well; nothing is changed. */
  async dryRun(declared: DeclaredTopology, options: DeployOptions = {}): Promise<{ plan: Plan; commands: DryStep[] }> {
    const revision = options.plan?.revision ?? (await this.#revision(declared, options))
    return this.#look(revision, { ...options, dryRun: true })
  }

  rollback(topology: string, { to, ...options }: StartOptions & { to?: number } = {}): Promise<Run> {
    return this.#start(
      topology,
      { kind: 'rollback', force: options.force, ...(to === undefined ? {} : { to }) },
      options,
    )
  }

  restore(
    topology: string,
    { snapshot, resource, ...options }: StartOptions & { snapshot: string; resource?: string },
  ): Promise<Run> {
    return this.#start(topology, { kind: 'restore', force: options.force, snapshot, resource }, options)
  }

  destroy(topology: string, options: StartOptions = {}): Promise<Run> {
    return this.#start(topology, { kind: 'destroy', force: options.force }, options)
  }

  /** The operation in progress; null when there is none. */
  async attach(topology: string): Promise<Run | null> {
    const { current, attempted, desired } = await knownLedger(this.link, topology)
    if (current === null) return null
    return this.#run(topology, {
      operation: current.id,
      workflowId: current.workflowId,
      revision: attempted ?? desired ?? 0,
    })
  }

  /** Steers the operation in progress. */
  async steer(topology: string, action: Steering): Promise<{ operation: string; accepted: string }> {
    const { current } = await knownLedger(this.link, topology)
    if (current === null) {
      throw new Cul8erError('NOTHING_TO_STEER', `no operation of ${topology} is in progress`, {
        hint: `cul8er history ${topology} shows how the last ones ended`,
      })
    }
    const updateId = randomUUID()
    const { accepted } = await this.link.call((client) =>
      client.workflow.getHandle(current.workflowId).executeUpdate(steer, { args: [{ action }], updateId }),
    )
    return { operation: current.id, accepted }
  }

  async status(topology: string): Promise<Status> {
    const state = await knownLedger(this.link, topology)
    const revision = currentRevision(state)
    const [look, step] = await Promise.all([
      revision === null
        ? { rows: [] }
        : inspect(this.link, topology, {
            kind: 'status',
            topology,
            revision,
            kept: state.kept?.names ?? [],
            operation: state.current?.number,
          }),
      this.#step(state),
    ])
    return statusOf(state, look.rows ?? [], step)
  }

  async history(topology: string): Promise<LedgerState['history']> {
    return (await knownLedger(this.link, topology)).history
  }

  /** Everything that is known of a topology; secrets in it are sealed. */
  state(topology: string): Promise<LedgerState> {
    return knownLedger(this.link, topology)
  }

  /** Names of all topologies that were ever deployed here. */
  topologies(): Promise<string[]> {
    return ledgerNames(this.link)
  }

  importState(state: LedgerState): Promise<{ revisions: number }> {
    return loadLedger(this.link, state)
  }

  setTtl(topology: string, ttlMs: number | null): Promise<{ expiresAt: string | null }> {
    return writeTtl(this.link, topology, ttlMs)
  }

  async snapshots(topology: string): Promise<Snapshot[]> {
    const state = await knownLedger(this.link, topology)
    const revision = currentRevision(state)
    if (revision === null) return []
    const { project } = revision.topology
    const look = await inspect(this.link, topology, { kind: 'snapshots', topology, hosts: hostsOf(state), project })
    return look.snapshots ?? []
  }

  /**
   * Instances with our labels that no topology claims, on the hosts that any topology names.
   * @param hosts - further hosts to look at
   */
  async orphans(hosts: Record<string, Host> = {}): Promise<Orphan[]> {
    const states = await Promise.all((await this.topologies()).map((name) => knownLedger(this.link, name)))
    const claimed = states.filter(({ desired, current }) => desired !== null || current !== null)
    const everywhere = Object.assign({}, ...claimed.map(hostsOf), hosts) as Record<string, Host>
    if (Object.keys(everywhere).length === 0) return []
    const names = claimed.map(({ topology }) => topology)
    const look = await inspect(this.link, 'orphans', { kind: 'orphans', hosts: distinct(everywhere), claimed: names })
    return look.orphans ?? []
  }

  /** Log lines of instances, as they come; ends when all is read, or with the signal when followed. */
  async logs(topology: string, options: LogOptions, each: (line: LogLine) => void): Promise<void> {
    const state = await knownLedger(this.link, topology)
    const revision = currentRevision(state)
    if (revision === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `nothing of ${topology} is deployed`)
    const { rows = [] } = await inspect(this.link, topology, {
      kind: 'status',
      topology,
      revision,
      kept: state.kept?.names ?? [],
    })
    return readLogs(this.home, revision, rows, options, each)
  }

  async #look(
    revision: NewRevision,
    { force = false, dryRun = false }: { force?: boolean; dryRun?: boolean },
  ): Promise<{ plan: Plan; commands: DryStep[] }> {
    const { name } = revision.topology
    const state = await readLedger(this.link, name)
    const { plan, commands = [] } = await inspect(this.link, name, {
      kind: 'plan',
      topology: name,
      revision,
      formerHosts: state === null ? {} : hostsOf(state),
      unfinished: state?.unfinished ?? [],
      kept: state?.kept?.names ?? [],
      force,
      ...(dryRun ? { dryRun: { operation: (state?.lastOperation ?? 0) + 1, revision: nextRevision(state) } } : {}),
    })
    if (plan === undefined) throw new Cul8erError('INTERNAL', 'the look at the hosts gave no plan')
    return { plan, commands }
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

  async #start(
    topology: string,
    request: Omit<OperationRequest, 'requestId'>,
    { wait = false, waiting }: StartOptions,
  ): Promise<Run> {
    const full = { ...request, requestId: randomUUID() }
    for (;;) {
      try {
        return this.#run(topology, await askForOperation(this.link, topology, full))
      } catch (error) {
        const inProgress = wait ? operationIn(error) : null
        if (inProgress === null) throw error
        waiting?.(error as Cul8erError)
        waiting = undefined
        await this.#run(topology, { ...inProgress, revision: 0 }).result()
        full.requestId = randomUUID()
      }
    }
  }

  #run(topology: string, started: OperationStarted): Run {
    return new Run(this.link, topology, started)
  }

  async #step({ current }: LedgerState): Promise<string | null> {
    if (current === null) return null
    const look = await this.link.call(async (client) => {
      try {
        return await client.workflow.getHandle(current.workflowId).query(progress)
      } catch (error) {
        if (isNotFound(error)) return null
        throw error
      }
    })
    return look?.step ?? null
  }
}

/** What instances are measured by: the stable revision; before the first there is only the desired one. */
const currentRevision = ({ revisions, desired, stable }: LedgerState): Revision | null =>
  revisions.find(({ number }) => number === (stable ?? desired)) ?? null

const nextRevision = (state: LedgerState | null): number =>
  Math.max(0, ...(state?.revisions ?? []).map(({ number }) => number)) + 1

/** Of all kept revisions: a host may have left the topology with instances on it. */
const hostsOf = ({ revisions }: Pick<LedgerState, 'revisions'>): Record<string, Host> =>
  Object.assign({}, ...revisions.map(({ topology }: { topology: Topology }) => topology.hosts)) as Record<string, Host>

/** One name for each machine: topologies name the same host in their own ways. */
const distinct = (hosts: Record<string, Host>): Record<string, Host> =>
  Object.fromEntries([
    ...new Map(
      Object.entries(hosts).map(([name, host]) => [
        host.kind === 'emulated' ? `${host.address} ${name}` : host.address,
        [name, host] as const,
      ]),
    ).values(),
  ])

function operationIn(error: unknown): { operation: string; workflowId: string } | null {
  if (!(error instanceof Cul8erError) || error.code !== 'OPERATION_IN_PROGRESS') return null
  const { operation, workflowId } = error.details ?? {}
  return typeof operation === 'string' && typeof workflowId === 'string' ? { operation, workflowId } : null
}
