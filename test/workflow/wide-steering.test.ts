import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationStarted } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { until } from '../support/until.js'

/* A procedure of more than 120 lanes runs in slices, each in a child workflow: people steer those as well, and may end them. */

/** More than run in one history, also when a part of them is to be taken back. */
const COUNT = 140

/** Instances without an app, ten at a time. */
const idle = (name: string): unknown => ({
  name,
  hosts: { [name]: { address: 'localhost', platform: 'emulated' } },
  resources: { node: { on: name, replicas: COUNT, image: 'cul8er/tiny', limits: { memory: '64MiB' } } },
  strategy: { maxParallel: 10 },
})

describe('a wide operation', { timeout: 300_000 }, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  const there = (name: string): string[] =>
    Object.values(rig.emulator.state()[name]?.instances ?? {}).map((instance) => instance.name)

  /** Until so many are there, or as few as that. */
  const untilThere = (name: string, enough: (count: number) => boolean): Promise<boolean> =>
    until(() => enough(there(name).length), { timeoutMs: 150_000, everyMs: 20 })

  async function started(name: string): Promise<OperationStarted> {
    rig.emulator.fault({ match: { host: name, verb: 'launch' }, fault: { delayMs: 200 }, times: 'always' })
    return rig.start(name, { kind: 'deploy', revision: rig.revision(topologyOf(idle(name)), {}) })
  }

  async function terminate(run: OperationStarted, slice: string): Promise<void> {
    const handle = rig.env.client.workflow.getHandle(`${run.workflowId}/${slice}`)
    for (let i = 0; ; i += 1) {
      try {
        return void (await handle.terminate('by a person'))
      } catch (error) {
        if (i > 600) throw error
        await rig.env.sleep(20)
      }
    }
  }

  it.concurrent('pause holds within it: nothing more begins until resume', async () => {
    const run = await started('held-wide')
    await untilThere('held-wide', (count) => count >= 15)
    await rig.steer(run, 'pause')
    await rig.env.sleep(2_500)
    const before = there('held-wide').length
    expect(before).toBeLessThan(COUNT)
    await rig.env.sleep(2_500)
    expect(there('held-wide')).toHaveLength(before)
    await rig.steer(run, 'resume')
    expect(await rig.end(run)).toMatchObject({ outcome: 'succeeded' })
    expect(there('held-wide')).toHaveLength(COUNT)
  })

  it.concurrent('abort within it takes everything back', async () => {
    const run = await started('aborted-wide')
    await untilThere('aborted-wide', (count) => count >= 60)
    await rig.steer(run, 'abort')
    expect(await rig.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    expect(there('aborted-wide')).toEqual([])
    expect(await rig.idle('aborted-wide')).toMatchObject({ dirty: [], stable: null })
  })

  it.concurrent('a part that somebody terminates: everything is taken back', async () => {
    const run = await started('lost-wide')
    await untilThere('lost-wide', (count) => count >= 60)
    await terminate(run, 'forward/2')
    const { outcome, error } = await rig.end(run)
    expect(error?.message).toContain('a part of the operation was lost')
    expect(outcome).toBe('rolledBack')
    expect(there('lost-wide')).toEqual([])
    expect(await rig.idle('lost-wide')).toMatchObject({ dirty: [], stable: null })
  })

  it.concurrent(
    'a part of the undo that somebody terminates: the rest goes on, and what is left is named',
    async () => {
      const run = await started('undone-wide')
      await untilThere('undone-wide', (count) => count >= 125)
      rig.emulator.fault({ match: { host: 'undone-wide', verb: 'delete' }, fault: { delayMs: 400 }, times: 'always' })
      const most = there('undone-wide').length
      await rig.steer(run, 'abort')
      await untilThere('undone-wide', (count) => count <= most - 12)
      await terminate(run, 'back/4')
      const { outcome, error } = await rig.end(run)
      expect(outcome).toBe('needsAttention')
      const left = there('undone-wide')
      expect(left.length).toBeGreaterThan(0)
      // The other slice of the undo was carried out.
      expect(left.length).toBeLessThan(50)
      const { dirty } = await rig.idle('undone-wide')
      expect(dirty).toEqual(expect.arrayContaining(left.map((instance) => `undone-wide/${instance}`)))
      for (const name of left) expect(error?.message).toContain(`${name} on undone-wide`)
      const again = await rig.run('undone-wide', { kind: 'destroy' })
      expect(again).toMatchObject({ outcome: 'succeeded' })
      expect(there('undone-wide')).toEqual([])
    },
  )

  it.concurrent('recreate in slices: what one slice made, another one admits', async () => {
    const artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
    }
    for (const version of ['1.0.0', '1.1.0']) {
      const declaration = shop(version, {
        name: 'anew',
        host: 'anew',
        web: { replicas: 65 },
        strategy: {
          approach: 'recreate',
          healthcheck: { endpoint: 'http://localhost:4000/health', interval: '50ms', timeout: '5s', deadline: '60s' },
        },
      })
      const topology = topologyOf(declaration)
      const result = await rig.run('anew', { kind: 'deploy', revision: rig.revision(topology, artifacts) })
      expect({ outcome: result.outcome, error: result.error }).toEqual({ outcome: 'succeeded' })
      expect(Object.keys(rig.edges.get('anew')?.serving('anew') ?? {})).toHaveLength(65)
    }
    expect(await rig.idle('anew')).toMatchObject({ dirty: [], stable: 2 })
  })
})
