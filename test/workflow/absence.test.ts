import { setTimeout } from 'node:timers/promises'
import { ApplicationFailure, Context } from '@temporalio/activity'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowBundle } from '@temporalio/worker'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  endOf,
  TASK_QUEUE,
  type OperationEnd,
  type OperationInput,
  type OperationResult,
} from '../../src/contracts/index.js'
import type { Revision } from '../../src/plan/model.js'
import { FakeWorld } from '../support/fake-world.js'
import { topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { skippingBundle, skippingServer, SkippingWorker } from '../support/skipping.js'

/*
 * No worker for twenty minutes: nobody was there to make progress, and that is nobody's fault.
 *
 * On a busy machine the test server now and then gives a task to a worker that has left, and waits for it by a time that then stands still:
 * tried once more, on a server of its own.
 */

const MINUTE = 60_000

function revision(number: number, version: string): Revision {
  const topology = topologyOf(shop(version, { strategy: { rollback: { snapshot: 'never' } } }))
  // Far less than the time without a worker.
  topology.strategy.progressDeadlineMs = 30_000
  const artifacts = { [`shop@${version}`]: { sha256: version, size: 1 } }
  return { number, digest: version, topology, artifacts, sealed: {}, createdAt: '2026-01-01T00:00:00Z' }
}

describe('no worker for twenty minutes', { timeout: 90_000, retry: 2 }, () => {
  let env: TestWorkflowEnvironment
  let bundle: WorkflowBundle
  let world: FakeWorld
  let count = 0
  /** Releases that never come to an end, with who is told, and those that are refused: `shop-web-2 1.1.0`. */
  const hangs = new Map<string, () => void>()
  const refused = new Set<string>()

  beforeAll(async () => {
    bundle = await skippingBundle()
  })
  afterEach(() => env.teardown())
  beforeEach(async () => {
    env = await skippingServer()
    hangs.clear()
    refused.clear()
    world = new FakeWorld(() => ({
      installRelease: async ({ spec }) => {
        const what = `${spec.name} ${spec.release?.version}`
        if (refused.has(what))
          throw ApplicationFailure.create({
            type: 'PERMISSION',
            nonRetryable: true,
            message: what,
            details: [{ code: 'PERMISSION', message: what }],
          })
        const arrived = hangs.get(what)
        arrived?.()
        if (arrived !== undefined) await Context.current().cancelled
      },
    }))
    await withWorker('before', async () => result(await start(revision(1, '1.0.0'), null)))
  })

  const plannedChange = (identity: string): Promise<SkippingWorker> =>
    SkippingWorker.start(env, { bundle, activities: world.activities(), identity, leaves: true })

  async function withWorker<T>(identity: string, run: () => Promise<T>): Promise<T> {
    const worker = await plannedChange(identity)
    try {
      return await run()
    } finally {
      await worker.stop()
    }
  }

  async function start(to: Revision, base: Revision | null): Promise<string> {
    count += 1
    const workflowId = `topology/shop/op/${count}`
    const input: OperationInput = {
      topology: 'shop',
      number: count,
      requestId: 'r',
      request: { kind: 'deploy' },
      revision: to,
      base,
      past: base === null ? [] : [base],
      hosts: to.topology.hosts,
      dirty: [],
      standby: [],
    }
    await env.client.workflow.start('rolling', { workflowId, taskQueue: TASK_QUEUE, args: [input] })
    return workflowId
  }
  /** Waited for by the client of the test server: its time passes meanwhile. */
  async function result(workflowId: string): Promise<OperationResult> {
    try {
      return ((await env.client.workflow.getHandle(workflowId).result()) as OperationEnd).result
    } catch (error) {
      const end = endOf(error)
      if (end === null) throw error
      return end.result
    }
  }

  /** A worker leaves when an instance's release is going in, and another one comes twenty minutes later. */
  async function interruptedAt(release: string, run: string): Promise<OperationResult> {
    const arrived = new Promise<void>((resolve) => hangs.set(release, resolve))
    const first = await plannedChange('first')
    await arrived
    await first.stop()
    hangs.clear()
    await timePasses(20 * MINUTE)
    return withWorker('second', () => result(run))
  }

  /**
   * Each task that nobody takes holds the server's time back, and each sleep lets one of them go until it ends. One more than the
   * tasks would let the server skip the ten years to the end of a workflow, so that they are added until time passes.
   */
  async function timePasses(ms: number): Promise<void> {
    const sleeps: Promise<void>[] = []
    let passed = false
    while (!passed) {
      sleeps.push(env.sleep(ms))
      passed = await Promise.race([...sleeps.map((slept) => slept.then(() => true)), setTimeout(2_000, false)])
    }
    await Promise.all(sleeps)
  }

  const everywhere = (version: string) => Object.fromEntries([1, 2, 3].map((k) => [`shop-web-${k}`, `shop@${version}`]))

  it('in the middle of a deploy: it goes on and succeeds', async () => {
    const run = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    const { outcome, error, durationMs } = await interruptedAt('shop-web-2 1.1.0', run)
    expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
    expect(durationMs).toBeGreaterThan(20 * MINUTE)
    expect(world.releases()).toEqual(everywhere('1.1.0'))
  })

  it('during an undo: it is undone all the same', async () => {
    refused.add('shop-web-3 1.1.0')
    const run = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    const { outcome, error, durationMs } = await interruptedAt('shop-web-1 1.0.0', run)
    expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
    expect(durationMs).toBeGreaterThan(20 * MINUTE)
    expect(world.releases()).toEqual(everywhere('1.0.0'))
  })
})
