import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { InstanceState } from '../../src/emulator/model.js'
import { mortal } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'

/* Copies of data on other hosts, emulated: made and kept up to date between operations. */

const EVERY_MS = 700

const declared = (name: string, db: object = {}): unknown => ({
  name,
  hosts: Object.fromEntries(
    ['a', 'b', 'c'].map((host) => [`${name}-${host}`, { address: 'localhost', platform: 'emulated' }]),
  ),
  resources: {
    db: {
      image: 'cul8er/tiny',
      on: `${name}-a`,
      stateful: true,
      volumes: { data: { path: '/data' } },
      replicate: { to: `${name}-b`, every: '10s', keep: 2 },
      ...db,
    },
  },
})

describe('copies of what holds data', { timeout: 60_000 }, () => {
  let rig: Rig
  let client: Cul8er
  const dead = new Set<string>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => mortal(executor, dead) })
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  /** In the test's own time. */
  const revisionOf = (name: string, db: object = {}) => {
    const topology = topologyOf(declared(name, db))
    const { replicate } = topology.resources.db ?? {}
    if (replicate !== undefined) replicate.everyMs = EVERY_MS
    return rig.revision(topology, {})
  }
  const deploy = async (name: string, db: object = {}, request: object = {}) =>
    rig.run(name, { kind: 'deploy', revision: revisionOf(name, db), ...request })
  const on = (name: string, host: string): Record<string, InstanceState> =>
    rig.emulator.state()[`${name}-${host}`]?.instances ?? {}
  const copy = (name: string, host = 'b'): InstanceState | undefined => on(name, host)[`default/${name}-db`]
  const label = (name: string, key: string): string | undefined => copy(name)?.config[`user.cul8er.${key}`]
  const made = (name: string): Promise<unknown> =>
    expect.poll(() => label(name, 'replica.at'), { timeout: 20_000 }).toBeDefined()

  it.concurrent('are made after the deploy, brought up to date, and pruned on both sides', async ({ expect }) => {
    const name = 'kept'
    expect(await deploy(name)).toMatchObject({ outcome: 'succeeded' })
    await made(name)
    expect(copy(name)).toMatchObject({ status: 'Stopped', config: { 'boot.autostart': 'false' } })
    expect(label(name, 'role')).toBe('replica')
    expect(label(name, 'replica.from')).toBe('kept-a')
    const first = label(name, 'replica.at')
    await expect.poll(() => copy(name)?.snapshots.length, { timeout: 20_000 }).toBe(2)
    await expect.poll(() => label(name, 'replica.at'), { timeout: 20_000 }).not.toBe(first)
    await expect.poll(() => on(name, 'a')[`default/${name}-db`]?.snapshots.length, { timeout: 20_000 }).toBe(2)
    expect(Object.values(rig.emulator.state()[`${name}-b`]?.volumes ?? {})[0]?.config).toMatchObject({
      'user.cul8er.topology': name,
      'user.cul8er.role': 'replica',
    })
  })
})
