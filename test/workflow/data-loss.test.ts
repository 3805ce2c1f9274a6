import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

const EXPOSED = { network: { expose: [{ port: 4000, as: 5432, protocol: 'tcp' }] } }

describe('a stateful instance', () => {
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
    resource?: string
    version?: string
    app?: Record<string, unknown>
    strategy?: Record<string, unknown>
  }

  /** A topology with nothing but a database, on a host of its own. */
  const database = () => {
    const name = `t${randomUUID().slice(0, 8)}`
    const revision = ({ resource = 'my_db', version = '1.0.0', app = {}, strategy = {} }: Declared = {}) => {
      const all = shop(version, { name, host: name, strategy }) as { resources: { web: object } }
      const db = { ...all.resources.web, replicas: undefined, stateful: true, ...EXPOSED, ...app }
      return rig.revision(topologyOf({ ...all, resources: { [resource]: db } }), artifacts)
    }
    const instances = () => Object.values(rig.emulator.state()[name]?.instances ?? {})
    return {
      revision,
      run: (request: Omit<Parameters<Rig['run']>[1], 'requestId'>) => rig.run(name, request),
      deploy: (declared: Declared = {}, force = false) =>
        rig.run(name, { kind: 'deploy', revision: revision(declared), force }),
      /** Something of its own, which another instance of the name would not have. */
      write: () => rig.emulator.execute(name, ['config', 'set', `${name}-my-db`, 'user.data=precious']),
      /** `name role status resource`, and what it holds. */
      there: () =>
        instances()
          .map(({ name: instance, status, config }) =>
            [
              instance.replace(`${name}-`, ''),
              config['user.cul8er.role'],
              status,
              config['user.cul8er.resource'],
              ...(config['user.data'] === undefined ? [] : [config['user.data']]),
            ].join(' '),
          )
          .sort(),
      labels: () => instances().map(({ config }) => config['user.cul8er.stateful']),
      snapshots: () => instances().flatMap((i) => i.snapshots.map((snapshot) => snapshot.name)),
      serving: () => Object.keys(rig.edges.get(name)?.serving(name) ?? {}).map((i) => i.replace(`${name}-`, '')),
      plan: async (declared: Declared = {}) => (await rig.plan(revision(declared))).changes,
    }
  }

  const LIVE = ['my-db live Running my_db precious']

  it.each<[string, Declared]>([
    ['is called otherwise', { resource: 'data' }],
    ['gets replicas', { app: { replicas: 2 } }],
    ['gets another image', { app: { image: 'cul8er/debian' } }],
  ])('whose resource %s stays, untouched', async (_what, declared) => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    expect(db.labels()).toEqual(['true'])
    expect(await db.deploy(declared)).toMatchObject({ outcome: 'failed', error: { code: 'DATA_LOSS' } })
    expect(db.there()).toEqual(LIVE)
    expect(db.serving()).toEqual(['my-db'])
  })

  it('whose resource was deployed without it is not lost by going back either', async () => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    const forced = await db.deploy({ resource: 'data' }, true)
    expect(forced).toMatchObject({ outcome: 'succeeded' })
    expect(await db.run({ kind: 'rollback', to: 1 })).toMatchObject({ outcome: 'failed', error: { code: 'DATA_LOSS' } })
    expect(db.there()).toEqual(['data live Running data'])
  })

  it('keeps its place under a name that is the same to Incus, and serves all the while', async () => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    expect(await db.deploy({ resource: 'my-db' })).toMatchObject({ outcome: 'succeeded' })
    expect(db.there()).toEqual(['my-db live Running my-db precious'])
    expect(db.serving()).toEqual(['my-db'])
    expect(await db.plan({ resource: 'my-db' })).toEqual([])
  })

  it('gets its old name back when that is undone', async () => {
    const db = database()
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    expect(await db.deploy({ resource: 'my-db', version: '2.0.0' })).toMatchObject({ outcome: 'rolledBack' })
    expect(db.there()).toEqual(LIVE)
    expect(await db.plan()).toEqual([])
  })

  it('that was put aside by a held operation comes back by a rollback', async () => {
    const db = database()
    const hold = { strategy: { rollback: { onFailure: 'hold' } } }
    const bad = { ...hold, version: '2.0.0', app: { image: 'cul8er/debian' } }
    expect(await db.deploy(hold)).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    expect(await db.deploy(bad, true)).toMatchObject({ outcome: 'held' })
    expect(db.there()).toEqual(['my-db old Stopped my_db precious', 'my-db-green new Running my_db'])
    expect(await db.deploy(bad)).toMatchObject({ outcome: 'failed', error: { code: 'DATA_LOSS' } })
    expect(await db.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(db.there()).toEqual(LIVE)
    expect(db.serving()).toEqual(['my-db'])
    expect(await db.plan(hold)).toEqual([])
  })

  it('that was put aside and did not come back in the undo does so later', async () => {
    const db = database()
    const { name } = db.revision().topology
    expect(await db.deploy()).toMatchObject({ outcome: 'succeeded' })
    await db.write()
    rig.emulator.fault({ match: { host: name, verb: 'start' }, fault: { error: 'not authorized' }, times: 'always' })
    const bad = { version: '2.0.0', app: { image: 'cul8er/debian' } }
    expect(await db.deploy(bad, true)).toMatchObject({ outcome: 'needsAttention' })
    expect(db.there()).toEqual(['my-db old Stopped my_db precious'])
    rig.emulator.clearFaults()
    expect(await db.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(db.there()).toEqual(LIVE)
    expect(db.serving()).toEqual(['my-db'])
  })

  it('has snapshots of names that no other operation gives', async () => {
    const db = database()
    for (const version of ['1.0.0', '1.1.0', '1.0.0']) {
      expect(await db.deploy({ version })).toMatchObject({ outcome: 'succeeded' })
    }
    const [first = '', second = ''] = db.snapshots()
    expect(first).toMatch(/^pre-deploy-2-[0-9a-f]{8}$/)
    expect(second).toMatch(/^pre-deploy-3-[0-9a-f]{8}$/)
    expect(first.slice(-8)).not.toBe(second.slice(-8))
  })
})

describe('a host that is left out', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  const revision = () => {
    const plain = { image: 'cul8er/tiny', deploy: undefined, environment: {}, network: undefined, on: ['one', 'two'] }
    const all = shop('1', { web: { ...plain, replicas: 2 }, resources: { db: { ...plain, stateful: true } } }) as object
    const hosts = Object.fromEntries(['one', 'two'].map((h) => [h, { address: 'localhost', platform: 'emulated' }]))
    return rig.revision(topologyOf({ ...all, hosts }), {})
  }
  const plan = (without: string[]) => rig.inspect({ kind: 'plan', topology: 'shop', revision: revision(), without })

  it('is not asked', async () => {
    rig.emulator.fault({ match: { host: 'two' }, fault: { error: 'not authorized' }, times: 'always' })
    await expect(plan([])).rejects.toThrow()
    const { plan: found } = await plan(['two'])
    expect(found?.changes.map(({ instance, host }) => `${instance} on ${host}`)).toEqual([
      'shop-web-1 on one',
      'shop-web-2 on one',
    ])
    expect(found?.notes).toContain('resource db is stateful and may be on two: it is not created elsewhere')
  })
})
