import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomes } from '../../src/waiting/poll.js'
import type { Run } from '../../src/client/index.js'
import { Stage } from '../e2e/strategies/stage.js'
import { ControlPlane } from '../support/production/control-plane.js'

describe('a Temporal server of your own on PostgreSQL, with mutual TLS, API keys and two workers', () => {
  let plane: ControlPlane
  let stage: Stage
  beforeAll(async () => {
    plane = await ControlPlane.open()
    const strategy = { steps: [{ weight: 20, pause: 'manual' }, 100] }
    stage = await Stage.open({ name: 'own-canary', port: 8191, approach: 'canary', strategy }, plane)
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await stage.release(version)
  }, 120_000)
  afterAll(async () => {
    try {
      // The last test removes it itself.
      if ((await stage?.instances())?.length !== 0) await stage?.close()
    } finally {
      await plane?.close()
    }
  }, 120_000)

  const releases = (): Promise<string[]> => stage.instances('user.cul8er.release')
  const waits = async (run: Run): Promise<boolean> => (await run.progress()).step.startsWith('watch')

  it('deploys', { timeout: 120_000 }, async () => {
    expect(await stage.deploy('1.0.0'), plane.logs()).toMatchObject({ outcome: 'succeeded' })
    expect(await releases()).toEqual(Array(3).fill('app@1.0.0'))
  })

  it('a canary outlives the worker that made it, and is promoted', { timeout: 180_000 }, async () => {
    const run = await stage.begin('1.1.0')
    expect(await becomes(() => waits(run), { everyMs: 200, withinMs: 60_000 })).toBe(true)
    await plane.workers[0]?.end('SIGKILL')
    await stage.cul8er.steer(stage.name, 'promote')
    expect(await run.result(), plane.logs()).toMatchObject({ outcome: 'succeeded' })
    expect(await releases()).toEqual(Array(3).fill('app@1.1.0'))
    plane.workers[0]?.start()
  })

  it('a canary that is aborted leaves nothing, and a rollback goes back', { timeout: 180_000 }, async () => {
    const run = await stage.begin('1.2.0')
    expect(await becomes(() => waits(run), { everyMs: 200, withinMs: 60_000 })).toBe(true)
    await stage.cul8er.steer(stage.name, 'abort')
    expect(await run.result()).toMatchObject({ outcome: 'rolledBack' })
    expect(await releases()).toEqual(Array(3).fill('app@1.1.0'))
    expect(await (await stage.cul8er.rollback(stage.name, { to: 1 })).result()).toMatchObject({ outcome: 'succeeded' })
    expect(await releases()).toEqual(Array(3).fill('app@1.0.0'))
  })

  it('the namespace keeps what has ended for as long as docker/namespace.sh says', async () => {
    const words = ['operator', 'namespace', 'describe', '--namespace', 'default', '--output', 'json']
    const { config } = JSON.parse(await plane.temporal(...words)) as {
      config: { workflowExecutionRetentionTtl: string }
    }
    expect(config.workflowExecutionRetentionTtl).toBe('2592000s')
  })

  it('destroys', { timeout: 120_000 }, async () => {
    await stage.close()
    expect(await stage.instances()).toEqual([])
  })
})
