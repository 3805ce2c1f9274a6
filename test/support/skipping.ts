import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { fileURLToPath } from 'node:url'
import { temporal } from '@temporalio/proto'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import { NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker'
import { authenticActivities } from '../../activities/authentic.js'
import type { Activities } from '../../src/contracts/index.js'
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../src/contracts/index.js'
import { workflowBundle } from './bundle.js'
import { countingSinks } from './counting/workflows.js'
import { signing } from './signing.js'
import { closable, quiet } from './temporal.js'

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_INT, INDEXED_VALUE_TYPE_KEYWORD_LIST } =
  temporal.api.enums.v1.IndexedValueType
const INDEXED = {
  Keyword: INDEXED_VALUE_TYPE_KEYWORD,
  Int: INDEXED_VALUE_TYPE_INT,
  KeywordList: INDEXED_VALUE_TYPE_KEYWORD_LIST,
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Temporal's test server, whose time a test can skip. It has no schedules and no list. */
export async function skippingServer(): Promise<TestWorkflowEnvironment> {
  quiet()
  const path = process.env.TEMPORAL_TEST_SERVER ?? (await execa(here('../../scripts/setup/test-server'))).stdout.trim()
  const env = await started(path)
  // Unlike the real one it takes no search attributes at its start; an operation that names an unknown one never begins.
  await env.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, INDEXED[type]]),
    ),
  })
  return env
}

/** The SDK gives the server 5 s to start, which a busy machine may exceed more than once. */
async function started(path: string, triesLeft = 5): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createTimeSkipping({
      client: { dataConverter: signing('command') },
      plugins: [closable],
      server: { executable: { type: 'existing-path', path } },
    })
  } catch (error) {
    if (triesLeft === 0) throw error
    return started(path, triesLeft - 1)
  }
}

/** The workflows for skipped time: those of today, or of another module. */
export const skippingBundle = (workflows?: string): Promise<WorkflowBundle> =>
  workflowBundle(workflows, 'test/workflow/versions/no-heartbeats.ts')

/** A worker that can be stopped in the middle, as an update of it does. */
export class SkippingWorker {
  private constructor(
    private readonly worker: Worker,
    private readonly running: Promise<void>,
  ) {}

  static async start(
    env: TestWorkflowEnvironment,
    {
      bundle,
      activities,
      identity,
      leaves = false,
    }: {
      bundle: WorkflowBundle
      activities: Activities
      identity: string
      /** It will be stopped in the middle of an operation. */
      leaves?: boolean
    },
  ): Promise<SkippingWorker> {
    // A connection of its own, as a worker process has: two workers with one are taken for a mistake.
    const connection = await NativeConnection.connect({ address: env.address })
    const worker = await Worker.create({
      connection,
      taskQueue: TASK_QUEUE,
      workflowBundle: bundle,
      activities: { ...activities },
      dataConverter: signing('worker'),
      interceptors: { activity: [authenticActivities] },
      identity,
      ...countingSinks(),
      // The server never takes a workflow away from a worker that remembers it, though it be gone.
      ...(leaves ? { maxCachedWorkflows: 0 } : {}),
      maxHeartbeatThrottleInterval: '50ms',
      defaultHeartbeatThrottleInterval: '50ms',
      shutdownGraceTime: '1s',
      shutdownForceTime: '3s',
    })
    return new SkippingWorker(
      worker,
      worker.run().finally(() => connection.close()),
    )
  }

  async stop(): Promise<void> {
    this.worker.shutdown()
    await this.running
    // On a busy machine the server hears late that nobody polls any more, and gives the next activity to nobody: until that times out, by
    // a time that stands still while an activity runs.
    await delay(1_000)
  }
}
