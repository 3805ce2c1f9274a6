import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { RequestSample, TopologyRoutes } from '../../src/traffic/model.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop as oneHost } from '../support/shop.js'

/* Hosts whose instances reach each other, emulated: what each edge was told, change after change. */

const shop = (
  name: string,
  version: string,
  { strategy = {}, web = {} }: { strategy?: Record<string, unknown>; web?: Record<string, unknown> } = {},
) => ({
  ...(oneHost(version, {
    name,
    strategy,
    web: { on: [`${name}-a`, `${name}-b`], environment: {}, ...web },
  }) as object),
  hosts: Object.fromEntries(HOSTS.map((host) => [`${name}-${host}`, { address: 'localhost', platform: 'emulated' }])),
  network: { betweenHosts: 'routed' },
})

const HOSTS = ['a', 'b', 'c']

let rig: Rig
let artifacts: Record<string, Artifact>
beforeAll(async () => {
  rig = await Rig.start()
  artifacts = {
    'shop@1.0.0': await rig.release('shop', '1.0.0'),
    'shop@1.1.0': await rig.release('shop', '1.1.0'),
    'shop@1.2.0': await rig.release('shop', '1.2.0', { health: 'never' }),
  }
})
afterAll(() => rig.stop())

/** Deploys; gives the outcome with what each edge was told meanwhile. */
async function deploy(...of: Parameters<typeof shop>) {
  const [name] = of
  const edges = (): [string, TopologyRoutes[]][] =>
    HOSTS.map((host) => [host, rig.edges.get(`${name}-${host}`)?.told ?? []])
  const before = new Map(edges().map(([host, told]) => [host, told.length]))
  const { outcome, error } = await rig.run(name, {
    kind: 'deploy',
    revision: rig.revision(topologyOf(shop(...of)), artifacts),
  })
  await rig.idle(name)
  const told = Object.fromEntries(edges().map(([host, all]) => [host, all.slice(before.get(host))]))
  return { outcome, error, told }
}

/** Who takes the requests of an edge's public port: without the topology's name, with weights. */
function serving(routes: TopologyRoutes | undefined): Record<string, number> {
  const [route] = routes?.routes ?? []
  const pool = routes?.pools.find(({ name }) => name === route?.pool)
  const ready = pool?.servers.filter(({ state, weight }) => state === 'ready' && weight > 0) ?? []
  return Object.fromEntries(
    ready
      .map(({ name, weight }): [string, number] => [name.replaceAll(`${routes?.topology}-`, ''), weight])
      .sort(([a], [b]) => a.localeCompare(b)),
  )
}
const names = (routes: TopologyRoutes | undefined): string => Object.keys(serving(routes)).join(' ')

describe('edges of hosts that reach each other', { timeout: 120_000 }, () => {
  it.each(['rolling', 'blueGreen', 'canary'])(
    '%s: every edge has all instances, and none is ever empty',
    async (approach) => {
      const name = `every-${approach.toLowerCase()}`
      const strategy = {
        approach,
        ...(approach === 'canary' ? { steps: [{ weight: 50, pause: '200ms' }, 100], analysis: NO_ANALYSIS } : {}),
      }
      expect(await deploy(name, '1.0.0', { strategy })).toMatchObject({ outcome: 'succeeded' })
      const now = () => HOSTS.map((host) => names(rig.edges.get(`${name}-${host}`)?.told.at(-1)))
      const plain = (words: string): string => words.replaceAll(/-(blue|green)/g, '')
      expect(now().map(plain)).toEqual(['web-1 web-2.b web-3', 'web-1.a web-2 web-3.a', ''])

      const update = await deploy(name, '1.1.0', { strategy })
      expect(update.outcome).toBe('succeeded')
      expect(now().map(plain)).toEqual(['web-1 web-2.b web-3', 'web-1.a web-2 web-3.a', ''])
      for (const host of ['a', 'b']) {
        expect(update.told[host]?.length).toBeGreaterThan(1)
        expect(update.told[host]?.map(names)).not.toContain('')
      }
      expect(update.told['c']).toEqual([])

      const broken = await deploy(name, '1.2.0', { strategy })
      expect(broken.outcome).toBe('rolledBack')
      expect(now().map(plain)).toEqual(['web-1 web-2.b web-3', 'web-1.a web-2 web-3.a', ''])
      for (const host of ['a', 'b']) expect(broken.told[host]?.map(names)).not.toContain('')
    },
  )

  it('waits at every edge for the requests of what it drains', async () => {
    const name = 'drained'
    await deploy(name, '1.0.0')
    await deploy(name, '1.1.0')
    const waited = (host: string) =>
      rig.edges
        .get(`${name}-${host}`)
        ?.waitedFor.map((server) => server.replaceAll('drained-', ''))
        .sort()
    expect(waited('a')).toEqual(['web-1', 'web-2.b', 'web-3'])
    expect(waited('b')).toEqual(['web-1.a', 'web-2', 'web-3.a'])
  })

  it('gives a canary its share at every edge, and judges it by what all of them saw', async () => {
    const name = 'judged'
    const strategy = {
      approach: 'canary',
      steps: [{ weight: 25, pause: '30s' }, 100],
      analysis: { maxErrorRatePercent: 10, minRequests: 10, interval: '1s' },
    }
    await deploy(name, '1.0.0', { strategy })
    const running = deploy(name, '1.1.0', { strategy })
    const edge = (host: string) => rig.edges.get(`${name}-${host}`)
    const shares = () =>
      ['a', 'b'].map((host) => {
        const all = Object.entries(serving(edge(host)?.told.at(-1)))
        const sum = (of: typeof all): number => of.reduce((total, [, weight]) => total + weight, 0)
        return Math.round((100 * sum(all.filter(([server]) => server.includes('canary')))) / sum(all))
      })
    await expect.poll(shares, { timeout: 30_000 }).toEqual([25, 25])
    // The canary is on host a; the edge of host b alone sees it fail.
    const failed: RequestSample = {
      at: Date.now(),
      pool: 'p',
      server: `${name}-web-1-canary.${name}-a`,
      status: 500,
      totalMs: 5,
    }
    const other = edge('b')
    if (other === undefined) throw new Error('no edge b')
    other.samples = Array.from({ length: 40 }, () => ({ ...failed, at: Date.now() }))
    const { outcome, error } = await running
    expect(outcome).toBe('rolledBack')
    expect(error?.message).toMatch(/40 of 40 requests failed/)
  })

  it('serves on while the only instance moves to another host', async () => {
    const name = 'moved'
    await deploy(name, '1.0.0', { web: { replicas: 1, on: ['moved-a', 'moved-b'] } })
    const move = await deploy(name, '1.0.0', { web: { replicas: 1, on: ['moved-b'] } })
    expect(move.outcome).toBe('succeeded')
    expect(move.told['b']?.map(names)).not.toContain('')
    expect(names(move.told['b']?.at(-1))).toBe('web-1-green')
    expect(rig.edges.get('moved-a')?.servers(name)).toEqual([])
  })
})

const NO_ANALYSIS = { minRequests: 0, interval: '1s' }
