import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

describe('volumes', () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
      'shop@2.0.0': await rig.release('shop', '2.0.0', { health: 'never' }),
    }
  })
  afterAll(() => rig.stop())

  interface Declared {
    version?: string
    app?: Record<string, unknown>
    strategy?: Record<string, unknown>
  }
  const VOLUMES = { data: { path: '/srv/data', size: '10MiB' } }

  /** A topology with one resource that has a volume, on a host of its own. */
  const database = () => {
    const name = `t${randomUUID().slice(0, 8)}`
    const revision = ({ version = '1.0.0', app = {}, strategy = {} }: Declared = {}) => {
      const all = shop(version, { name, host: name, strategy }) as { resources: { web: object } }
      const db = { ...all.resources.web, replicas: undefined, network: undefined, volumes: VOLUMES, ...app }
      return rig.revision(topologyOf({ ...all, resources: { db } }), artifacts)
    }
    const state = () => rig.emulator.state()[name]
    return {
      name,
      run: (request: Omit<Parameters<Rig['run']>[1], 'requestId'>) => rig.run(name, request),
      deploy: (declared: Declared = {}, force = false) =>
        rig.run(name, { kind: 'deploy', revision: revision(declared), force }),
      plan: (declared: Declared = {}) => rig.plan(revision(declared)),
      execute: (...args: string[]) => rig.emulator.execute(name, args),
      /** `name role status volume`, of each instance. */
      instances: () =>
        Object.values(state()?.instances ?? {})
          .map(({ name: instance, status, config, devices }) =>
            [instance.replace(`${name}-`, ''), config['user.cul8er.role'], status, devices.data?.source].join(' '),
          )
          .sort(),
      volumes: () => Object.values(state()?.volumes ?? {}),
      snapshots: () => Object.values(state()?.instances ?? {}).flatMap((i) => i.snapshots.map((each) => each.name)),
    }
  }

  it('are made with the instance, kept when it is replaced, and never have two writers', async () => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    const volume = `${db.name}-db.data`
    expect(db.instances()).toEqual([`db live Running ${volume}`])
    expect(db.volumes()).toMatchObject([
      {
        name: volume,
        pool: 'default',
        config: {
          size: '10MiB',
          'user.cul8er.topology': db.name,
          'user.cul8er.resource': 'db',
          'user.cul8er.volume': 'data',
        },
      },
    ])
    const created = db.volumes()[0]?.createdAt
    for (const approach of ['rolling', 'blueGreen', 'canary', 'recreate']) {
      const image = approach === 'rolling' || approach === 'canary' ? 'cul8er/debian' : 'cul8er/tiny'
      const result = await db.deploy({ app: { image }, strategy: { approach } })
      expect([approach, result.outcome]).toEqual([approach, 'succeeded'])
      const steps = result.steps.map(({ name, instance }) => `${name} ${instance}`)
      const [stopped, made] = ['stop', 'create'].map((what) => steps.findIndex((step) => step.startsWith(`${what} `)))
      expect(stopped).toBeGreaterThan(-1)
      expect(made).toBeGreaterThan(stopped ?? 0)
      expect(db.instances()).toHaveLength(1)
      expect(db.instances()[0]).toContain(`live Running ${volume}`)
    }
    expect(db.volumes().map(({ createdAt }) => createdAt)).toEqual([created])
  })

  it('a replacement that fails gives the volume back; what an undone create made goes', async () => {
    const db = database()
    expect(await db.deploy({ version: '2.0.0' })).toMatchObject({ outcome: 'rolledBack' })
    expect([db.instances(), db.volumes()]).toEqual([[], []])
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    const before = db.instances()
    expect(await db.deploy({ version: '2.0.0', app: { image: 'cul8er/debian' } })).toMatchObject({
      outcome: 'rolledBack',
    })
    expect(db.instances()).toEqual(before)
    expect(db.volumes()).toHaveLength(1)
  })

  it('go into snapshots, back with them, and are pruned with them', async () => {
    const db = database()
    const strategy = { rollback: { keepSnapshots: 1 } }
    expect(await db.deploy({ strategy })).toMatchObject({ outcome: 'succeeded' })
    expect(await db.deploy({ version: '1.1.0', strategy })).toMatchObject({ outcome: 'succeeded' })
    const [taken] = db.snapshots()
    expect(db.volumes()[0]?.snapshots.map(({ name }) => name)).toEqual([taken])
    expect(await db.deploy({ version: '2.0.0', strategy })).toMatchObject({ outcome: 'rolledBack' })
    expect(db.volumes()[0]?.restored).toMatch(/^pre-deploy-3-/)
    expect(await db.run({ kind: 'restore', snapshot: taken })).toMatchObject({ outcome: 'succeeded' })
    expect(db.volumes()[0]?.restored).toBe(taken)
    expect(db.volumes()[0]?.snapshots.map(({ name }) => name)).toEqual(db.snapshots())
    expect(db.snapshots()).toHaveLength(1)
    // Without its part of a snapshot nothing is put back.
    const [last = ''] = db.snapshots()
    await db.execute('storage', 'volume', 'snapshot', 'delete', 'default', `${db.name}-db.data`, last)
    expect(await db.run({ kind: 'restore', snapshot: last })).toMatchObject({
      error: { message: expect.stringContaining('restored together or not at all') as string },
    })
    expect(db.instances()).toEqual([`db live Running ${db.name}-db.data`])
  })

  it('grow in place and do not shrink; one that is not ours is left alone', async () => {
    const db = database()
    const sized = (size: string) => ({ app: { volumes: { data: { path: '/srv/data', size } } } })
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect((await db.plan(sized('20MiB'))).changes).toMatchObject([
      { action: 'update', live: true, reasons: ['volume data has 10MiB, should have 20MiB'] },
    ])
    expect(await db.deploy(sized('20MiB'))).toMatchObject({ outcome: 'succeeded' })
    expect(db.volumes()[0]?.config.size).toBe('20MiB')
    expect(await db.deploy(sized('10MiB'), true)).toMatchObject({
      outcome: 'failed',
      error: { code: 'DATA_LOSS', message: expect.stringContaining('would shrink to 10MiB') as string },
    })
    const theirs = { app: { volumes: { ...VOLUMES, more: { path: '/srv/more' } } } }
    await db.execute('storage', 'volume', 'create', 'default', `${db.name}-db.more`)
    expect(await db.deploy(theirs)).toMatchObject({ outcome: 'failed' })
    const pool = { app: { volumes: { data: { path: '/srv/data', pool: 'defualt' } } } }
    expect(await db.deploy(pool)).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'POOL_NOT_FOUND',
        message: expect.stringContaining('has no storage pool defualt (did you mean default?)') as string,
      },
    })
  })

  it('that grew stay as large in a rollback, which no declaration can be changed for', async () => {
    const db = database()
    const grown = { volumes: { data: { path: '/srv/data', size: '20MiB' } } }
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(await db.deploy({ version: '1.1.0', app: grown })).toMatchObject({ outcome: 'succeeded' })
    const [before] = (await rig.ledger(db.name)).revisions
    const shown = { kind: 'plan', topology: db.name, revision: before! } as const
    await expect(rig.inspect(shown)).rejects.toThrow()
    expect((await rig.inspect({ ...shown, goesBack: true })).plan.changes).toMatchObject([{ action: 'update' }])
    expect(await db.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(db.volumes()[0]?.config.size).toBe('20MiB')
    expect(await db.deploy({ version: '1.1.0' })).toMatchObject({ outcome: 'failed', error: { code: 'DATA_LOSS' } })
  })

  it('stay when they are no longer declared, until that is forced; destroy takes them', async () => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    const without = { app: { volumes: undefined } }
    const { changes, notes } = await db.plan(without)
    expect(changes).toMatchObject([
      { action: 'update', restart: true, reasons: ['device data exists but is not declared (the instance restarts)'] },
    ])
    expect(notes).toContain(
      `volume ${db.name}-db.data on ${db.name} is no longer declared: it is detached and stays, with its data; --force deletes it`,
    )
    expect(await db.deploy(without)).toMatchObject({ outcome: 'succeeded' })
    expect(db.instances()).toEqual(['db live Running '])
    expect(db.volumes()).toHaveLength(1)
    expect(await db.deploy(without, true)).toMatchObject({ outcome: 'succeeded' })
    expect(db.volumes()).toEqual([])
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(await db.run({ kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    expect([db.instances(), db.volumes()]).toEqual([[], []])
  })
})
