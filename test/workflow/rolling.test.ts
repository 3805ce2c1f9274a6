import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rig, topologyOf } from '../support/rig.js'

const declaration = (version: string, extra: Record<string, unknown> = {}): unknown => ({
  name: 'shop',
  hosts: { one: { address: 'localhost', platform: 'emulated' } },
  resources: {
    web: {
      type: 'container',
      on: 'one',
      replicas: 3,
      image: 'cul8er/tiny',
      limits: { memory: '64MiB' },
      network: { expose: [{ port: 4000, as: 8080, protocol: 'http' }] },
      environment: { GREETING: 'hello' },
      deploy: { release: 'shop', version },
    },
  },
  strategy: {
    approach: 'rolling',
    healthcheck: {
      endpoint: 'http://localhost:4000/health',
      interval: '50ms',
      timeout: '1s',
      retries: 2,
      minHealthyTime: '100ms',
      deadline: '2s',
    },
    ...extra,
  },
})

describe('a rolling deploy on an emulated host', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  it('deploys, plans empty, updates, rolls back a broken version, destroys', async () => {
    const artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
      'shop@1.2.0': await rig.release('shop', '1.2.0', { health: 'never' }),
    }
    const first = rig.revision(topologyOf(declaration('1.0.0')), artifacts)
    const created = await rig.run('shop', { kind: 'deploy', revision: first })
    expect(created).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(Object.keys(rig.instances()).sort()).toEqual(['shop-web-1', 'shop-web-2', 'shop-web-3'])
    expect(await rig.plan(first)).toMatchObject({ empty: true, changes: [] })

    const second = rig.revision(topologyOf(declaration('1.1.0')), artifacts)
    expect((await rig.plan(second)).changes).toHaveLength(3)
    expect(await rig.run('shop', { kind: 'deploy', revision: second })).toMatchObject({ outcome: 'succeeded' })
    expect(Object.values(rig.instances()).map(({ release }) => release)).toEqual(Array(3).fill('shop@1.1.0'))

    const broken = await rig.run('shop', {
      kind: 'deploy',
      revision: rig.revision(topologyOf(declaration('1.2.0')), artifacts),
    })
    expect(broken).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(Object.values(rig.instances()).map(({ release }) => release)).toEqual(Array(3).fill('shop@1.1.0'))
    expect(rig.edges.get('one')?.serving('shop')).toEqual({ 'shop-web-1': 100, 'shop-web-2': 100, 'shop-web-3': 100 })
    expect(await rig.ledger('shop')).toMatchObject({ stable: 2, attempted: 3, desired: 3, current: null })

    expect(await rig.run('shop', { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    expect(rig.instances()).toEqual({})
  })
})
