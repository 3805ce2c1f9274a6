import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { NativeConnection, Worker } from '@temporalio/worker'
import pino from 'pino'
import { fencedActivities } from '../../activities/fenced.js'
import { authenticActivities } from '../../activities/authentic.js'
import { commandClient } from '../../activities/command-client.js'
import { createActivities, watchActivities, type ActivityDeps } from '../../activities/index.js'
import { createArtifactStore } from '../../src/artifacts/store.js'
import { createEvidenceStore } from '../../src/evidence/store.js'
import { createFence } from '../../src/fence/store.js'
import { createImageStore } from '../../src/images/store.js'
import { Emulator } from '../../src/emulator/emulator.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { createExecutors } from '../../src/hosts/executors.js'
import { reaching } from '../../src/sites/reaching.js'
import { createRelay } from '../../src/sites/relay.js'
import { digestOf } from '../../src/plan/digest.js'
import { withLedger } from '../../src/ledgers/find.js'
import { operationEnd } from '../../src/client/operation-end.js'
import type { Artifact, Plan, Revision } from '../../src/plan/model.js'
import { parseTopology } from '../../src/topology/parse.js'
import type { Topology } from '../../src/topology/model.js'
import {
  ledgerId,
  ledgerState,
  siteQueue,
  siteWatchQueue,
  startOperation,
  steer,
  TASK_QUEUE,
  WATCH_QUEUE,
  WorkflowType,
  type Activities,
  type InspectAnswers,
  type InspectKind,
  type Asked,
  type InspectRequest,
  type LedgerState,
  type OperationResult,
  type OperationStarted,
  type Steering,
} from '../../src/contracts/index.js'
import type { Edge } from '../../src/traffic/model.js'
import { tarball } from './tarballs.js'
import { MemoryEdge } from './memory-edge.js'
import { signing, TEST_KEY } from './signing.js'
import { localServer } from './temporal.js'
import { workflowBundle } from './bundle.js'
import { countingSinks } from './counting/workflows.js'

/** Temporal, a worker and emulated hosts, for tests of whole operations. */
export class Rig {
  readonly edges = new Map<string, MemoryEdge>()
  private constructor(
    readonly env: TestWorkflowEnvironment,
    readonly emulator: Emulator,
    readonly deps: ActivityDeps,
    /** Where the artifacts are, as in a service's home. */
    readonly folder: string,
    private readonly workers: readonly Worker[],
    private readonly running: readonly Promise<void>[],
  ) {}

  /** `wrap` puts something of the test's own between the activities and the hosts. */
  static async start(
    env?: TestWorkflowEnvironment,
    {
      wrap = (executor) => executor,
      edge = (_host, made) => made,
      over = () => ({}),
    }: {
      wrap?: (executor: HostExecutor) => HostExecutor
      /** The same between the activities and the edges. */
      edge?: (host: string, made: MemoryEdge) => Edge
      /** Activities of the test's own. */
      over?: (all: Activities) => Partial<Activities>
    } = {},
  ): Promise<Rig> {
    const server = env ?? (await localServer())
    const emulator = await Emulator.open()
    const executors = createExecutors({ emulation: emulator })
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-rig-'))
    const edges = new Map<string, MemoryEdge>()
    const keys = { sealKey: TEST_KEY, formerKeys: [] }
    const elsewhere = createRelay({ client: () => commandClient(keys), keys: [TEST_KEY] })
    const deps: ActivityDeps = {
      executorFor: reaching(undefined, { here: (name, host) => wrap(executors.executorFor(name, host)), elsewhere }),
      edgeFor: (name) => {
        const made = edges.get(name) ?? new MemoryEdge()
        edges.set(name, made)
        return edge(name, made)
      },
      artifacts: createArtifactStore(join(folder, 'artifacts')),
      evidence: createEvidenceStore(join(folder, 'evidence')),
      fence: createFence(join(folder, 'operations')),
      images: createImageStore(join(folder, 'images')),
      ...keys,
      log: pino({ level: 'silent' }),
    }
    const all = createActivities(deps)
    const worker = await Worker.create({
      connection: server.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: { ...all, ...over(all) },
      dataConverter: signing('worker'),
      interceptors: { activity: [authenticActivities, fencedActivities(deps.fence)] },
      ...countingSinks(),
      maxConcurrentActivityTaskExecutions: 200,
      shutdownGraceTime: '1s',
      shutdownForceTime: '3s',
      maxHeartbeatThrottleInterval: '500ms',
      defaultHeartbeatThrottleInterval: '500ms',
    })
    const connection = await NativeConnection.connect({ address: server.address })
    const watcher = await Worker.create({
      connection,
      taskQueue: WATCH_QUEUE,
      activities: { ...watchActivities(deps) },
      dataConverter: signing('worker'),
      interceptors: { activity: [authenticActivities] },
      shutdownGraceTime: '1s',
      shutdownForceTime: '3s',
      maxHeartbeatThrottleInterval: '500ms',
      defaultHeartbeatThrottleInterval: '500ms',
    })
    const running = [worker.run(), watcher.run().finally(() => connection.close())]
    const rig = new Rig(server, emulator, deps, folder, [worker, watcher], running)
    edges.forEach((edge, name) => rig.edges.set(name, edge))
    Object.defineProperty(rig, 'edges', { value: edges })
    return rig
  }

  /**
   * Begins to do the work of a site, with the same emulated hosts and edges.
   * @returns what ends it
   */
  async siteWorker(site: string, wrap: (executor: HostExecutor) => HostExecutor): Promise<() => Promise<void>> {
    const { sealKey, formerKeys } = this.deps
    const executors = createExecutors({ emulation: this.emulator })
    const deps: ActivityDeps = {
      ...this.deps,
      executorFor: reaching(site, {
        here: (name, host) => wrap(executors.executorFor(name, host)),
        elsewhere: createRelay({ client: () => commandClient({ sealKey, formerKeys }), keys: [TEST_KEY] }),
      }),
    }
    const all = { [siteQueue(site)]: createActivities(deps), [siteWatchQueue(site)]: watchActivities(deps) }
    const workers = await Promise.all(
      Object.entries(all).map(async ([taskQueue, activities]) => {
        const connection = await NativeConnection.connect({ address: this.env.address })
        const worker = await Worker.create({
          ...{ connection, taskQueue, activities: { ...activities } },
          dataConverter: signing('worker'),
          interceptors: { activity: [authenticActivities, fencedActivities(deps.fence)] },
          ...{ shutdownGraceTime: '1s', shutdownForceTime: '3s' },
          ...{ maxHeartbeatThrottleInterval: '500ms', defaultHeartbeatThrottleInterval: '500ms' },
        })
        return { worker, done: worker.run().finally(() => connection.close()) }
      }),
    )
    return async () => {
      workers.forEach(({ worker }) => worker.shutdown())
      await Promise.all(workers.map(({ done }) => done))
    }
  }

  async stop(): Promise<void> {
    this.workers.forEach((worker) => worker.shutdown())
    await Promise.all(this.running)
    await this.env.teardown()
    await this.emulator.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Puts a release into the store; `app` is how it behaves on an emulated host. */
  async release(name: string, version: string, app: Record<string, unknown> = {}): Promise<Artifact> {
    const file = join(this.folder, `${name}-${version}-${randomUUID()}.tar.gz`)
    const { bytes } = await tarball({
      [`bin/${name}`]: '#!/bin/sh\n',
      'emulated.json': JSON.stringify({ version, port: 4000, ...app }),
    })
    await writeFile(file, bytes)
    return this.deps.artifacts.put(file)
  }

  /** Makes an artifact older, as its file's times say. */
  async age(sha256: string, byMs: number): Promise<void> {
    const then = new Date(Date.now() - byMs)
    await utimes(await this.deps.artifacts.path(sha256), then, then)
  }

  revision(topology: Topology, artifacts: Record<string, Artifact>): Omit<Revision, 'number'> {
    return {
      digest: digestOf({ topology, artifacts }),
      topology,
      artifacts,
      sealed: {},
      createdAt: new Date().toISOString(),
    }
  }

  /** Asks the ledger for an operation; rejects when it is refused. */
  async start(topology: string, asked: Asked): Promise<OperationStarted> {
    const notAfter = new Date((await this.env.currentTimeMs()) + 60_000).toISOString()
    return this.env.client.workflow.executeUpdateWithStart(startOperation, {
      startWorkflowOperation: withLedger(topology),
      args: [{ ...asked, requestId: randomUUID(), notAfter }],
    })
  }

  async end(started: OperationStarted): Promise<OperationResult> {
    return (await operationEnd(this.env.client, started.workflowId)).result
  }

  /** Runs an operation to its end. */
  async run(topology: string, asked: Asked): Promise<OperationResult> {
    const result = await this.end(await this.start(topology, asked))
    await this.idle(topology)
    return result
  }

  /** Until the ledger has written down how the last operation ended. */
  async idle(topology: string): Promise<LedgerState> {
    for (;;) {
      const state = await this.ledger(topology)
      if (state.current === null) return state
      await this.env.sleep(20)
    }
  }

  ledger(topology: string): Promise<LedgerState> {
    return this.env.client.workflow.getHandle(ledgerId(topology)).query(ledgerState)
  }

  steer(started: OperationStarted, action: Steering): Promise<{ accepted: string }> {
    return this.env.client.workflow.getHandle(started.workflowId).executeUpdate(steer, { args: [{ action }] })
  }

  inspect<Kind extends InspectKind>(request: InspectRequest<Kind>): Promise<InspectAnswers[Kind]> {
    return this.env.client.workflow.execute(WorkflowType.inspect, {
      workflowId: `topology/${'topology' in request ? request.topology : '-'}/inspect/${randomUUID()}`,
      taskQueue: TASK_QUEUE,
      args: [request],
    }) as Promise<InspectAnswers[Kind]>
  }

  async plan(revision: Omit<Revision, 'number'>): Promise<Plan> {
    return (await this.inspect({ kind: 'plan', topology: revision.topology.name, revision })).plan
  }

  /** Instances on all emulated hosts: name -> release label. */
  instances(): Record<string, { status: string; release: string | undefined; role: string | undefined; host: string }> {
    return Object.fromEntries(
      Object.entries(this.emulator.state()).flatMap(([host, { instances }]) =>
        Object.values(instances).map(({ name, status, config }) => [
          name,
          { status, release: config['user.cul8er.release'], role: config['user.cul8er.role'], host },
        ]),
      ),
    )
  }
}

/** A normalised topology from a declaration; a wrong one fails the test with its problems. */
export function topologyOf(declaration: unknown): Topology {
  const parsed = parseTopology(declaration)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed.topology
}
