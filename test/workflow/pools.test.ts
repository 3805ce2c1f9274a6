import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TopologyRoutes } from '../../src/traffic/model.js'
import { Rig, topologyOf } from '../support/rig.js'

/* Resources that share a public port, on an emulated host: what its edge was told, change after change. */

const app = (version: string, over: object = {}): object => ({
  on: 'one',
  image: 'cul8er/tiny',
  network: { expose: [{ port: 4000, as: 8080, pool: 'app' }] },
  deploy: { release: 'shop', version },
  ...over,
})

const shop = (resources: object): unknown => ({
  name: 'shop',
  hosts: { one: { address: 'localhost', platform: 'emulated' } },
  resources,
  strategy: {
    maxParallel: 9,
    healthcheck: {
      endpoint: 'http://localhost:4000/health',
      interval: '50ms',
      timeout: '1s',
      retries: 2,
      minHealthyTime: '100ms',
      deadline: '2s',
    },
  },
})

let rig: Rig
beforeAll(async () => {
  rig = await Rig.start()
})
afterAll(() => rig.stop())

/** Deploys; gives the outcome with what the edge was told meanwhile. */
async function deploy(resources: object): Promise<{ outcome: string; told: TopologyRoutes[] }> {
  const edge = rig.edges.get('one')
  const before = edge?.told.length ?? 0
  const revision = rig.revision(topologyOf(shop(resources)), artifacts)
  const { outcome } = await rig.run('shop', { kind: 'deploy', revision })
  return { outcome, told: rig.edges.get('one')?.told.slice(before) ?? [] }
}

/** Who takes the requests of a public port: `app-1 app-2`, without the topology's name. */
const servers = ({ routes, pools }: TopologyRoutes, as: number): string => {
  const pool = pools.find(({ name }) => name === routes.find((route) => route.as === as)?.pool)
  const ready = pool?.servers.filter(({ state, weight }) => state === 'ready' && weight > 0) ?? []
  return ready
    .map(({ name }) => name.replace('shop-', ''))
    .sort()
    .join(' ')
}

let artifacts: Record<string, Awaited<ReturnType<Rig['release']>>> = {}

it('serves on through a first pool, updates, a failure, and a member that goes', { timeout: 120_000 }, async () => {
  artifacts = {
    'shop@1.0.0': await rig.release('shop', '1.0.0'),
    'shop@1.1.0': await rig.release('shop', '1.1.0'),
    'shop@1.2.0': await rig.release('shop', '1.2.0', { health: 'never' }),
  }
  const apart = { network: { expose: [{ port: 4000, as: 8081 }] } }
  const alone = { network: { expose: [{ port: 4000, as: 8080 }] } }
  expect(await deploy({ a: app('1.0.0', alone), b: app('1.0.0', apart) })).toMatchObject({ outcome: 'succeeded' })

  const first = await deploy({ a: app('1.0.0'), b: app('1.0.0') })
  expect(first.outcome).toBe('succeeded')
  expect(first.told.map((told) => servers(told, 8080))).toEqual(['a b'])
  expect(first.told[0]?.routes.map(({ as, pool }) => `${as} ${pool}`)).toEqual(['8080 shop.app.8080'])

  const update = await deploy({ a: app('1.1.0'), b: app('1.1.0') })
  expect(update.outcome).toBe('succeeded')
  const during = update.told.map((told) => servers(told, 8080))
  expect(during).toEqual(expect.arrayContaining(['a', 'b', 'a b']))
  expect(during).not.toContain('')

  const broken = await deploy({ a: app('1.2.0'), b: app('1.2.0', { replicas: 2 }) })
  expect(broken.outcome).toBe('rolledBack')
  expect(broken.told.map((told) => servers(told, 8080))).not.toContain('')
  expect(rig.edges.get('one')?.serving('shop')).toEqual({ 'shop-a': 100, 'shop-b': 100 })

  const renamed = await deploy({ a: app('1.1.0'), c: app('1.1.0') })
  expect(renamed.outcome).toBe('succeeded')
  const steps = renamed.told.map((told) => servers(told, 8080))
  expect(steps).not.toContain('')
  expect(steps).toContain('a b c')
  expect(rig.edges.get('one')?.serving('shop')).toEqual({ 'shop-a': 100, 'shop-c': 100 })

  const fewer = await deploy({ c: app('1.1.0') })
  expect(fewer.outcome).toBe('succeeded')
  // It gets no new request before it goes, and the port stays.
  expect(fewer.told.map((told) => servers(told, 8080))).not.toContain('')
  expect(
    fewer.told.some(({ pools }) => pools[0]?.servers.some((s) => s.name === 'shop-a' && s.state === 'drain')),
  ).toBe(true)
  expect(
    rig.edges
      .get('one')
      ?.servers('shop')
      .map(({ name }) => name),
  ).toEqual(['shop-c'])
})
