import { setTimeout as delay } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowBundle } from '@temporalio/worker'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Revision } from '../../src/plan/model.js'
import type { Verdict } from '../../src/traffic/analysis.js'
import { progress, steeringSignals, TASK_QUEUE } from '../../src/contracts/index.js'
import { endOf, type OperationEnd, type OperationInput } from '../../src/contracts/index.js'
import { FakeWorld } from '../support/fake-world.js'
import { topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { skippingBundle, skippingServer, SkippingWorker } from '../support/skipping.js'

const HOUR = 3_600_000
const PROGRESS_DEADLINE_MS = 5 * 60_000

type Pause = string
const revision = (number: number, version: string, pauses: Pause[] = ['24h', '24h']): Revision => {
  const topology = topologyOf(
    shop(version, {
      strategy: {
        approach: 'canary',
        steps: [...pauses.map((pause, i) => ({ weight: 25 * (i + 1), pause })), 100],
        rollback: { onFailure: 'automatic' },
      },
    }),
  )
  // Shorter than any of the pauses: it stands still while the operation rests.
  topology.strategy.progressDeadlineMs = PROGRESS_DEADLINE_MS
  const artifacts = { [`shop@${version}`]: { sha256: version, size: 1 } }
  return { number, digest: version, topology, artifacts, sealed: {}, createdAt: '2026-01-01T00:00:00Z' }
}

describe('a canary of two days', { timeout: 120_000 }, () => {
  let env: TestWorkflowEnvironment
  let today: WorkflowBundle
  let next: WorkflowBundle
  let world: FakeWorld
  let workers: SkippingWorker[] = []
  /** What the analysis finds at a time of the server, ms since the epoch. */
  let verdict: (now: number, since: number) => Verdict = () => ({ verdict: 'pass' })
  /** Instances whose release never comes to an end. */
  let hangs: (name: string) => boolean = () => false
  let shares: number[] = []
  /** The look that takes as long as the test wants: what is said to the workflow meets it at a known place. */
  let pausesAt = 0
  let operation = 0

  beforeAll(async () => {
    ;[env, today, next] = await Promise.all([
      skippingServer(),
      skippingBundle(),
      skippingBundle('test/workflow/versions/next.ts'),
    ])
  })
  afterAll(() => env.teardown())

  beforeEach(async () => {
    shares = []
    verdict = () => ({ verdict: 'pass' })
    hangs = () => false
    pausesAt = 0
    world = new FakeWorld(() => ({
      installRelease: async ({ spec }) => {
        for (let passed = 0; hangs(spec.name); passed += 60_000) {
          Context.current().heartbeat()
          // Time for a heartbeat's answer, which is not of the server's time.
          await Promise.race([delay(100), Context.current().cancelled])
          // When the deadline is over the time stands still until the worker has heard of it, however busy the machine is.
          if (passed <= PROGRESS_DEADLINE_MS) await passes(60_000)
        }
      },
      // It takes its time, but of the server's.
      analyse: async ({ forMs, sinceMs }) => {
        shares.push(world.share('shop-web-1-canary'))
        while (shares.length === pausesAt) await Promise.race([delay(20), Context.current().cancelled])
        await passes(forMs)
        return verdict(await env.currentTimeMs(), sinceMs)
      },
    }))
    await onWorker(today, 'first', async () => end(await start(revision(1, '1.0.0'), null)))
    shares = []
    return async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      workers = []
    }
  })

  /** In an activity: so much of the server's time passes, unless the activity is cancelled before. */
  const passes = (ms: number): Promise<void> => Promise.race([env.sleep(ms), Context.current().cancelled])

  async function worker(bundle: WorkflowBundle, identity: string, { leaves = false } = {}): Promise<SkippingWorker> {
    const made = await SkippingWorker.start(env, { bundle, activities: world.activities(), identity, leaves })
    workers.push(made)
    return made
  }

  async function stop(one: SkippingWorker): Promise<void> {
    workers = workers.filter((each) => each !== one)
    await one.stop()
  }

  async function onWorker<T>(bundle: WorkflowBundle, identity: string, run: () => Promise<T>): Promise<T> {
    const one = await worker(bundle, identity)
    try {
      return await run()
    } finally {
      await stop(one)
    }
  }

  const start = (to: Revision, base: Revision | null) => {
    operation += 1
    const input: OperationInput = {
      topology: 'shop',
      number: operation,
      requestId: 'r',
      request: { kind: 'deploy' },
      revision: to,
      base,
      past: [],
      hosts: to.topology.hosts,
      dirty: [],
      standby: [],
    }
    return env.client.workflow.start('canary', {
      workflowId: `topology/shop/op/${operation}`,
      taskQueue: TASK_QUEUE,
      args: [input],
    })
  }
  type Handle = Awaited<ReturnType<typeof start>>
  const end = async (handle: Handle) => {
    const ended = await handle.result().then(
      (value) => value as OperationEnd,
      (error: unknown) => endOf(error),
    )
    if (ended === null) throw new Error('it ended without a result')
    return ended.result
  }

  /** Until so many looks were taken. */
  async function looks(count: number): Promise<void> {
    for (let i = 0; shares.length < count; i += 1) {
      if (i > 3_000) {
        const now = await env.client.workflow.getHandle(`topology/shop/op/${operation}`).query(progress)
        throw new Error(`only ${shares.length} looks: ${JSON.stringify(now, null, 1)}`)
      }
      await delay(10)
    }
  }

  async function until(handle: Handle, there: (step: string) => boolean): Promise<void> {
    for (let i = 0; !there((await handle.query(progress)).step); i += 1) {
      if (i > 500) throw new Error(`it never got there, but to ${(await handle.query(progress)).step}`)
      await delay(10)
    }
    pausesAt = 0
  }

  /** Patches that an operation went through. */
  async function patches(handle: Handle): Promise<string[]> {
    const { events } = await handle.fetchHistory()
    const markers = (events ?? []).flatMap(
      ({ markerRecordedEventAttributes: marker }) => marker?.details?.['patch-data']?.payloads ?? [],
    )
    return markers.map(({ data }) => (JSON.parse(Buffer.from(data ?? []).toString()) as { id: string }).id)
  }

  const everywhere = (version: string) => ({
    'shop-web-1': `shop@${version}`,
    'shop-web-2': `shop@${version}`,
    'shop-web-3': `shop@${version}`,
  })

  it('outlives its workers and their next version, and goes on by evidence alone', async () => {
    const first = await worker(today, 'one', { leaves: true })
    const handle = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    // Time passes only while somebody waits for the end.
    const ended = end(handle)
    await looks(20)
    const second = await worker(today, 'two', { leaves: true })
    await stop(first)
    await looks(40)
    await stop(second)
    await worker(next, 'three')
    const result = await ended
    expect(result).toMatchObject({ outcome: 'succeeded' })
    expect(result.durationMs).toBeGreaterThan(48 * HOUR)
    expect(result.durationMs).toBeLessThan(50 * HOUR)
    expect(shares.length).toBeGreaterThan(280)
    expect([...new Set(shares)]).toEqual([25, 50])
    expect(world.releases()).toEqual(everywhere('1.1.0'))
    expect(await patches(handle)).toEqual(['rest-after'])
  })

  it('without data a pause is not over when its time is; a promote ends it, or data that comes', async () => {
    verdict = (now, since) =>
      now - since > 25 * HOUR ? { verdict: 'pass' } : { verdict: 'noData', reasons: ['nobody asked'] }
    await worker(today, 'one')
    const handle = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    pausesAt = 5
    const ended = end(handle)
    await looks(5)
    await handle.signal(steeringSignals.promote)
    await until(handle, (step) => step.startsWith('watch at 50 %'))
    const result = await ended
    expect(result).toMatchObject({ outcome: 'succeeded' })
    expect(shares.filter((share) => share === 25).length).toBeLessThan(100)
    expect(shares.filter((share) => share === 50).length).toBeGreaterThan(6 * 24)
    expect(result.durationMs).toBeGreaterThan(25 * HOUR)
    expect(result.durationMs).toBeLessThan(48 * HOUR)
  })

  it('a breach on the second day takes it all back', async () => {
    verdict = (now, since) =>
      world.share('shop-web-1-canary') === 50 && now - since > 5 * HOUR
        ? { verdict: 'breach', reasons: ['too slow'] }
        : { verdict: 'pass' }
    await worker(today, 'one')
    const handle = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    const result = await end(handle)
    expect(result).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(result.durationMs).toBeGreaterThan(29 * HOUR)
    expect(world.releases()).toEqual(everywhere('1.0.0'))
    expect([1, 2, 3].map((n) => world.share(`shop-web-${n}`))).toEqual([33, 33, 33])
  })

  it('a pause for a person lasts as long as it takes, and the progress deadline stands still', async () => {
    await worker(today, 'one')
    const handle = await start(revision(2, '1.1.0', ['manual']), revision(1, '1.0.0'))
    pausesAt = 60
    const ended = end(handle)
    await looks(60)
    await handle.signal(steeringSignals.pause)
    await handle.signal(steeringSignals.promote)
    await until(handle, (step) => !step.startsWith('watch at'))
    const result = await ended
    expect(result).toMatchObject({ outcome: 'succeeded' })
    expect(result.durationMs).toBeGreaterThan(9 * HOUR)
  })

  it('a step that hangs meets the deadline', async () => {
    hangs = (name) => name === 'shop-web-1-canary'
    await worker(today, 'one')
    const handle = await start(revision(2, '1.1.0'), revision(1, '1.0.0'))
    const result = await end(handle)
    expect(result).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'TIMEOUT', message: 'the operation exceeded its progress deadline of 5 m' },
    })
    expect(result.durationMs).toBeGreaterThan(HOUR / 12)
    expect(result.durationMs).toBeLessThan(HOUR / 3)
    expect(world.releases()).toEqual(everywhere('1.0.0'))
  })
})
