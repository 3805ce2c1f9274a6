import { randomUUID } from 'node:crypto'
import { ApplicationFailure } from '@temporalio/common'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withLedger } from '../../src/ledgers/find.js'
import type { Revision } from '../../src/plan/model.js'
import {
  ledgerId,
  ledgerState,
  setTtl,
  startOperation,
  type LedgerState,
  type Asked,
} from '../../src/contracts/index.js'
import { FakeWorld } from '../support/fake-world.js'
import { topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { skippingBundle, skippingServer, SkippingWorker } from '../support/skipping.js'
import { until } from '../support/until.js'

const revision = (version: string, more: Parameters<typeof shop>[1] = {}): Omit<Revision, 'number'> => ({
  digest: version,
  topology: topologyOf(shop(version, more)),
  artifacts: { [`shop@${version}`]: { sha256: version, size: 1 } },
  sealed: {},
  createdAt: '2026-01-01T00:00:00Z',
})

describe('what time brings', () => {
  let env: TestWorkflowEnvironment
  let worker: SkippingWorker
  let world: FakeWorld
  let name = ''
  let count = 0
  let stuck = false

  beforeAll(async () => {
    env = await skippingServer()
    const bundle = await skippingBundle()
    world = new FakeWorld(({ instances }) => ({
      deleteInstance: async ({ name: instance }) => {
        if (stuck)
          throw ApplicationFailure.nonRetryable('it does not go', 'PERMISSION', {
            code: 'PERMISSION',
            message: 'it does not go',
          })
        instances.delete(instance)
      },
    }))
    worker = await SkippingWorker.start(env, { bundle, activities: world.activities(), identity: 'one' })
  })
  afterAll(async () => {
    await worker.stop()
    await env.teardown()
  })
  beforeEach(() => {
    name = `shop${(count += 1)}`
    world.instances.clear()
  })

  async function run(request: Asked): Promise<LedgerState> {
    await env.client.workflow.executeUpdateWithStart(startOperation, {
      startWorkflowOperation: withLedger(name, null, await env.currentTimeMs()),
      args: [
        { ...request, requestId: randomUUID(), notAfter: new Date((await env.currentTimeMs()) + 60_000).toISOString() },
      ],
    })
    return ledgerUntil(({ current }) => current === null)
  }

  const state = () => env.client.workflow.getHandle(ledgerId(name)).query(ledgerState)
  const ledgerUntil = (there: (now: LedgerState) => boolean): Promise<LedgerState> =>
    until(
      async () => {
        const now = await state()
        return there(now) ? now : null
      },
      { timeoutMs: 15_000, everyMs: 10 },
    )
  const names = () => [...world.instances.keys()].sort()

  it('a kept set goes when its time is over, and not before', async () => {
    const blueGreen = { name, web: { replicas: 1 }, strategy: { approach: 'blueGreen', keep: '10m' } }
    await run({ kind: 'deploy', revision: revision('1', blueGreen) })
    await run({ kind: 'deploy', revision: revision('2', blueGreen) })
    expect(names()).toEqual([`${name}-web-1-blue`, `${name}-web-1-green`])
    await env.sleep('9m')
    expect(names()).toEqual([`${name}-web-1-blue`, `${name}-web-1-green`])
    await env.sleep('2m')
    const { standby, history } = await ledgerUntil(({ standby: now, current }) => now === null && current === null)
    expect(standby).toBeNull()
    expect(history.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'deploy succeeded',
      'deploy succeeded',
      'cleanup succeeded',
    ])
    expect(names()).toEqual([`${name}-web-1-green`])
  })

  it('a topology with a ttl destroys itself, and a new deploy gives it more time', async () => {
    const mortal = { name, web: { replicas: 1 }, ttl: '24h' }
    await run({ kind: 'deploy', revision: revision('1', mortal) })
    await env.sleep('20h')
    await run({ kind: 'deploy', revision: revision('2', mortal) })
    await env.sleep('20h')
    expect(names()).toEqual([`${name}-web-1`])
    await env.sleep('5h')
    const { history, desired } = await ledgerUntil(({ desired: now }) => now === null)
    expect(desired).toBeNull()
    expect(history.at(-1)).toMatchObject({ kind: 'destroy', outcome: 'succeeded' })
    expect(names()).toEqual([])
  })

  it('what cannot be done is tried again and again, and leaves the history as it is', async () => {
    const blueGreen = { name, web: { replicas: 1 }, strategy: { approach: 'blueGreen', keep: '10m' } }
    await run({ kind: 'deploy', revision: revision('1', blueGreen) })
    await run({ kind: 'deploy', revision: revision('2', blueGreen) })
    stuck = true
    await env.sleep('10 days')
    stuck = false
    const { history } = await ledgerUntil(({ current }) => current === null)
    expect(history.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'deploy succeeded',
      'deploy succeeded',
      'cleanup needsAttention',
    ])
    // 10 min, doubling to a day: 9 in the first two days, then one a day.
    expect(history.at(-1)?.times).toBeGreaterThanOrEqual(14)
    expect(history.at(-1)?.times).toBeLessThanOrEqual(18)
    await env.sleep('2 days')
    expect(
      (await ledgerUntil(({ standby, current }) => standby === null && current === null)).history.at(-1),
    ).toMatchObject({
      kind: 'cleanup',
      outcome: 'succeeded',
    })
  })

  it('and not when the ttl is taken away', async () => {
    await run({ kind: 'deploy', revision: revision('1', { name, web: { replicas: 1 }, ttl: '24h' }) })
    await env.client.workflow.getHandle(ledgerId(name)).executeUpdate(setTtl, { args: [{ ttlMs: null }] })
    await env.sleep('72h')
    expect((await state()).history).toHaveLength(1)
    expect(names()).toEqual([`${name}-web-1`])
  })
})
