import { afterAll, beforeAll, describe, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { InstanceState } from '../../src/emulator/model.js'
import { copyTo } from '../../src/instances/replica.js'
import { lookAt } from '../../src/instances/look.js'
import { oursOf } from '../../src/plan/ours.js'
import { mortal } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'
import { until } from '../support/until.js'

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

const AUTOSTART = { config: { 'boot.autostart': 'true' } }

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
  const made = (name: string): Promise<string> => until(() => label(name, 'replica.at'))

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

  it.concurrent('an operation ends one that is under way, and it is gone on with afterwards', async ({ expect }) => {
    const name = 'begins'
    expect(await deploy(name)).toMatchObject({ outcome: 'succeeded' })
    await made(name)
    const struck = rig.emulator.fault({ match: { host: `${name}-b`, verb: 'copy' }, fault: { delayMs: 20_000 } })
    const before = label(name, 'replica.at')
    await expect.poll(struck, { timeout: 20_000 }).toBe(1)
    const began = Date.now()
    expect(await rig.run(name, { kind: 'restart' })).toMatchObject({ outcome: 'succeeded' })
    expect(Date.now() - began).toBeLessThan(15_000)
    await expect.poll(() => label(name, 'replica.at'), { timeout: 20_000 }).not.toBe(before)
  })

  it.concurrent('what is told when their host is away, and when it is back', async ({ expect }) => {
    const name = 'away'
    expect(await deploy(name)).toMatchObject({ outcome: 'succeeded' })
    await made(name)
    dead.add(`${name}-b`)
    const record = async () => Object.values((await rig.ledger(name)).replicas ?? {})[0]
    await expect
      .poll(record, { timeout: 20_000 })
      .toMatchObject({ late: true, failed: expect.stringContaining('no route') as string })
    expect(await client.status(name)).toMatchObject({
      healthy: false,
      replicas: [{ state: 'late', host: `${name}-b` }],
    })
    // Every attempt would leave a snapshot.
    expect(on(name, 'a')[`default/${name}-db`]?.snapshots.length).toBeLessThanOrEqual(2)
    dead.delete(`${name}-b`)
    await expect.poll(record, { timeout: 20_000 }).not.toHaveProperty('late')
    await expect.poll(async () => (await client.status(name)).replicas?.[0]?.state, { timeout: 20_000 }).toBe('current')
  })

  it.concurrent(
    'one takes the place of an original that is lost, and that is stopped when it is back',
    async ({ expect }) => {
      const name = 'lost'
      expect(await deploy(name)).toMatchObject({ outcome: 'succeeded' })
      await made(name)
      const from = { kind: 'restore', replica: `${name}-b` } as const
      expect(await rig.run(name, from)).toMatchObject({
        outcome: 'failed',
        error: { code: 'DATA_LOSS', message: expect.stringContaining(`runs on ${name}-a`) as string },
      })
      dead.add(`${name}-a`)
      expect(await rig.run(name, from)).toMatchObject({
        outcome: 'failed',
        error: { code: 'DATA_LOSS', message: expect.stringContaining('two that write') as string },
      })
      expect(copy(name)).toMatchObject({ status: 'Stopped' })
      expect(await rig.run(name, { ...from, force: true })).toMatchObject({ outcome: 'succeeded' })
      expect(copy(name)).toMatchObject({ status: 'Running', config: { 'user.cul8er.role': 'live' } })
      expect(on(name, 'a')[`default/${name}-db`]).toMatchObject({ status: 'Running' })
      dead.delete(`${name}-a`)
      await expect.poll(() => on(name, 'a')[`default/${name}-db`]?.status, { timeout: 20_000 }).toBe('Stopped')
      await expect
        .poll(() => on(name, 'a')[`default/${name}-db`]?.config['user.cul8er.role'], { timeout: 20_000 })
        .toBe('old')
      expect(copy(name)).toMatchObject({ status: 'Running' })
    },
  )

  it.concurrent('an original that was put aside for one is not started with its host', async ({ expect }) => {
    const name = 'rebooted'
    expect(await deploy(name, AUTOSTART)).toMatchObject({ outcome: 'succeeded' })
    await made(name)
    expect(await rig.run(name, { kind: 'restore', replica: `${name}-b`, force: true })).toMatchObject({
      outcome: 'succeeded',
    })
    await rig.emulator.outage(`${name}-a`, 'power')
    await rig.emulator.back(`${name}-a`)
    expect(on(name, 'a')[`default/${name}-db`]).toMatchObject({ status: 'Stopped' })
    expect(copy(name)).toMatchObject({ status: 'Running', config: { 'boot.autostart': 'true' } })
  })

  it.concurrent('one that does not come up is a copy again, and its original serves', async ({ expect }) => {
    const name = 'undone'
    expect(await deploy(name, AUTOSTART)).toMatchObject({ outcome: 'succeeded' })
    await made(name)
    rig.emulator.fault({ match: { host: `${name}-b`, verb: 'start' }, fault: { error: 'no space left on device' } })
    const end = await rig.run(name, { kind: 'restore', replica: `${name}-b`, force: true })
    expect(end).toMatchObject({ outcome: 'rolledBack' })
    expect(copy(name)).toMatchObject({ status: 'Stopped', config: { 'user.cul8er.role': 'replica' } })
    expect(on(name, 'a')[`default/${name}-db`]).toMatchObject({
      status: 'Running',
      config: { 'user.cul8er.role': 'live', 'boot.autostart': 'true' },
    })
  })

  it.concurrent('are shown, deleted with what declares them, and go with a destroy', async ({ expect }) => {
    const name = 'goes'
    expect(await deploy(name, { replicate: { to: [`${name}-b`, `${name}-c`], every: '10s', keep: 1 } })).toMatchObject({
      outcome: 'succeeded',
    })
    await made(name)
    await expect.poll(() => copy(name, 'c')?.config['user.cul8er.replica.at'], { timeout: 20_000 }).toBeDefined()
    const plan = await rig.inspect({
      kind: 'plan',
      topology: name,
      revision: revisionOf(name, { replicate: { to: `${name}-b`, every: '10s' } }),
    })
    expect(plan.plan.changes).toEqual([
      expect.objectContaining({ action: 'delete', instance: `${name}-db`, host: `${name}-c` }),
      expect.objectContaining({ action: 'delete', instance: `${name}-db.data`, host: `${name}-c` }),
    ])
    expect(await deploy(name, { replicate: { to: `${name}-b`, every: '10s' } })).toMatchObject({ outcome: 'succeeded' })
    expect(copy(name, 'c')).toBeUndefined()
    expect(rig.emulator.state()[`${name}-c`]?.volumes).toEqual({})
    expect(copy(name)).toBeDefined()
    expect(on(name, 'a')[`default/${name}-db`]).toMatchObject({ status: 'Running' })
    expect(await rig.run(name, { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    expect(copy(name)).toBeUndefined()
    expect(rig.emulator.state()[`${name}-b`]?.volumes).toEqual({})
  })

  it.concurrent(
    'what a worker left halfway is recognised and gone on with, and twice is harmless',
    async ({ expect }) => {
      const name = 'halfway'
      // Nothing is copied by itself meanwhile.
      expect(await deploy(name, { replicate: undefined })).toMatchObject({ outcome: 'succeeded' })
      const [source, target] = ['a', 'b'].map((host) =>
        rig.deps.executorFor(`${name}-${host}`, {
          address: 'localhost',
          kind: 'emulated',
          platform: 'emulated',
          credentials: null,
        }),
      )
      const copying = async (signal = new AbortController().signal) => {
        const found = await lookAt(source!, { host: `${name}-a`, name: `${name}-db`, project: null })
        const [original] = oursOf(name, found === null ? [] : [found])
        const both = { original: original!, source: source!, targets: [target!] }
        return copyTo({ topology: name, project: null, keep: 2, ...both }, signal)
      }
      const struck = rig.emulator.fault({ match: { host: `${name}-b`, verb: 'storage volume copy' }, fault: 'hang' })
      const killed = new AbortController()
      const first = copying(killed.signal).catch((error: unknown) => error)
      await until(() => struck() === 1)
      killed.abort(new Error('killed'))
      expect(await first).toMatchObject({ message: 'killed' })
      expect(copy(name)).toBeUndefined()
      expect(on(name, 'a')[`default/${name}-db`]?.snapshots).toEqual([])

      expect(await copying()).toEqual({ [`${name}-b`]: { at: expect.any(String) as string } })
      const [at, snapshot] = [label(name, 'replica.at'), label(name, 'replica.snapshot')]
      // The labels of a refresh that never ended name what is whole.
      rig.emulator.fault({ match: { host: `${name}-b`, verb: 'config set' }, fault: 'refuse' })
      expect(await copying()).toEqual({ [`${name}-b`]: { error: expect.anything() as unknown } })
      expect([label(name, 'replica.at'), label(name, 'replica.snapshot')]).toEqual([at, snapshot])
      expect(copy(name)?.snapshots.map((each) => each.name)).toContain(snapshot)
      expect(await copying()).toEqual({ [`${name}-b`]: { at: expect.any(String) as string } })
      expect(label(name, 'replica.at')).not.toBe(at)
      // Somebody started it: what it may have written is not lost by the next round.
      await rig.emulator.execute(`${name}-b`, ['start', `${name}-db`])
      expect(await copying()).toMatchObject({ [`${name}-b`]: { error: { code: 'IN_USE' } } })
    },
  )
})
