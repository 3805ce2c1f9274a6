import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mortal } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'

/* A state from an older backup, emulated: later operations have begun, as the folder beside the artifacts says. A person can go on. */

const declared = (name: string): unknown => ({
  name,
  hosts: Object.fromEntries(
    ['a', 'b'].map((host) => [`${name}-${host}`, { address: 'localhost', platform: 'emulated' }]),
  ),
  resources: { app: { image: 'cul8er/tiny', on: [`${name}-a`, `${name}-b`], replicas: 2 } },
  strategy: { hostTimeout: '2s' },
})

const LATER = 9

describe('a state from an older backup', { timeout: 60_000 }, () => {
  let rig: Rig
  const dead = new Set<string>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => mortal(executor, dead) })
  })
  afterAll(() => rig.stop())

  const revision = (name: string) => rig.revision(topologyOf(declared(name)), {})
  /** Deployed once, and then operations of which this state knows nothing. */
  async function restored(name: string): Promise<void> {
    expect(await rig.run(name, { kind: 'deploy', revision: revision(name) })).toMatchObject({ outcome: 'succeeded' })
    await rig.deps.fence.begins(name, LATER)
  }
  const instances = (name: string) => Object.keys(rig.instances()).filter((each) => each.startsWith(`${name}-`))

  it.concurrent('refuses what does not know of that, once, and goes on where it is forced', async () => {
    const name = 'forced'
    await restored(name)
    const request = { kind: 'deploy' as const, revision: revision(name) }
    expect(await rig.run(name, request)).toMatchObject({ outcome: 'failed', error: { code: 'STATE_LOST' } })
    await expect(rig.start(name, request)).rejects.toMatchObject({ cause: { type: 'STATE_LOST' } })
    expect(await rig.run(name, { ...request, force: true })).toMatchObject({ outcome: 'succeeded' })
    expect((await rig.ledger(name)).lastOperation).toBe(LATER + 1)
  })

  it.concurrent('is destroyed when a person asks for that, whatever its number', async () => {
    const name = 'over'
    await restored(name)
    expect(await rig.run(name, { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    expect(instances(name)).toEqual([])
  })

  it.concurrent('goes on where it is forced though a host is gone that is left out', async () => {
    const name = 'halved'
    await restored(name)
    dead.add('halved-b')
    const request = { kind: 'deploy' as const, revision: revision(name), force: true, without: ['halved-b'] }
    expect(await rig.run(name, request)).toMatchObject({ outcome: 'succeeded' })
    expect((await rig.ledger(name)).lastOperation).toBe(LATER + 1)
  })

  it.concurrent(
    'waits for a host that gives no answer, and does not say again that the state is of before',
    async () => {
      const name = 'silent'
      await restored(name)
      dead.add('silent-b')
      const started = await rig.start(name, { kind: 'deploy', revision: revision(name), force: true })
      expect(started.operation).toBe(`op-${LATER + 1}`)
      dead.delete('silent-b')
      expect(await rig.end(started)).toMatchObject({ outcome: 'succeeded' })
    },
  )
})
