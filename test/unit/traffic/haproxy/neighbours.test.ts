import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Cul8erError } from '../../../../src/errors.js'
import { changeEdge, type EdgeParts } from '../../../../src/traffic/haproxy/change.js'
import type { Commit, Committed, Exchange } from '../../../../src/traffic/haproxy/exchange.js'
import type { StoredRoute, StoredTopology } from '../../../../src/traffic/haproxy/picture.js'
import type { EdgeInstance } from '../../../../src/traffic/instance/instance.js'
import type { Pool } from '../../../../src/traffic/model.js'
import { ROUTES_MAP } from '../../../../src/traffic/haproxy/routes-map.js'
import { pool, route, server, topology } from './cases.js'

/*
 * Two topologies behind one edge, one of them broken: it is refused or rolled back alone. The other's part of the edge stays as it is to
 * the byte, and can be changed as before.
 */

/** An edge in memory: one configuration in force, public ports, and a HAProxy that refuses what it is told to. */
class EdgeModel {
  version = 1
  topologies: readonly StoredTopology[] = []
  files: Record<string, string> = {}
  commands: readonly string[] = []
  readonly open = new Set<number>()
  readonly taken = new Set<number>()
  refuses: Committed['outcome'] = 'done'

  /** As two workers have it: they share the edge, and each remembers how it left it. */
  worker(): EdgeParts {
    const view = () => ({
      name: 'cul8er-edge',
      status: 'Running',
      devices: Object.fromEntries([...this.open].map((port) => [`port-${port}`, {}])),
    })
    const instance: Partial<EdgeInstance> = {
      look: async () => view() as never,
      openPorts: async (_seen, ports) => {
        for (const port of ports.filter((each) => !this.open.has(each))) {
          if (this.taken.has(port)) throw new Cul8erError('PORT_TAKEN', `port ${port} is in use by another program`)
          this.open.add(port)
        }
        return view() as never
      },
      direct: async () => null,
      settlePorts: async (_seen, ports) => {
        const gone = [...this.open].filter((port) => !ports.includes(port))
        gone.forEach((port) => this.open.delete(port))
        return gone.length > 0
      },
    }
    const exchange: Partial<Exchange> = {
      read: async () => ({ version: String(this.version), topologies: [...this.topologies], answer: '' }),
      commit: async (asked) => this.commit(asked),
    }
    return { instance: instance as EdgeInstance, exchange: exchange as Exchange, host: 'one', left: { known: null } }
  }

  private commit({ from, topologies, rendered, commands }: Commit): Committed {
    if (from !== String(this.version)) return { outcome: 'conflict', said: '' }
    if (this.refuses !== 'done') return { outcome: this.refuses, said: 'no' }
    this.version += 1
    Object.assign(this, { topologies: structuredClone(topologies), files: rendered.files, commands })
    const servers = rendered.pools.flatMap(({ name, servers: all }) =>
      all.map((each) => ({ ...each, pool: name, drained: each.state === 'drain' })),
    )
    const { skeleton, map, certificates } = rendered
    return { outcome: 'done', runtime: { pid: 1, skeleton, servers, map, certificates }, said: '' }
  }

  /** What the edge does for one topology: its routes, its sections of the configuration, its entries of the maps, its ports. */
  partOf(name: string): unknown {
    const stored = this.topologies.find((each) => each.topology === name)
    const ports = stored?.routes.map(({ as }) => as) ?? []
    const sections = (this.files['haproxy.cfg'] ?? '').split(/^(?=frontend |backend )/m)
    return {
      stored,
      open: ports.filter((port) => this.open.has(port)),
      backends: sections.filter((section) => section.startsWith(`backend ${name}-`)),
      frontends: sections.filter((section) => ports.some((port) => section.startsWith(`frontend port-${port}\n`))),
      map: (this.files[ROUTES_MAP] ?? '').split('\n').filter((line) => line.includes(` ${name}-`)),
    }
  }
}

const apply = (edge: EdgeParts, stored: StoredTopology): Promise<void> =>
  changeEdge(edge, {
    topology: stored.topology,
    change: (all) => [...all.filter((each) => each.topology !== stored.topology), stored],
  })

const servers = (name: string) =>
  fc
    .array(
      fc.record({
        weight: fc.integer({ min: 0, max: 256 }),
        state: fc.constantFrom('ready' as const, 'drain' as const),
        address: fc.integer({ min: 2, max: 254 }).map((last) => `10.0.0.${last}`),
      }),
      { maxLength: 3 },
    )
    .map((all) => all.map((each, i) => server(`${name}-web-${i + 1}`, each)))

/** A topology that is fine, with ports from `base`. */
const sound = (name: string, base: number): fc.Arbitrary<StoredTopology> =>
  fc
    .uniqueArray(
      fc.record({
        offset: fc.integer({ min: 0, max: 9 }),
        tcp: fc.boolean(),
        host: fc.constantFrom(null, `${name}.example`),
      }),
      { minLength: 1, maxLength: 3, selector: ({ offset }) => offset },
    )
    .chain((ports) =>
      fc.tuple(...ports.map(() => servers(name))).map((all) => {
        const pools: Pool[] = ports.map(({ offset, tcp }, i) =>
          pool(`${name}-web-${base + offset}`, all[i], { protocol: tcp ? 'tcp' : 'http' }),
        )
        const routes: StoredRoute[] = ports.map(({ offset, tcp, host }) =>
          route(base + offset, `${name}-web-${base + offset}`, tcp ? { protocol: 'tcp' } : { host }),
        )
        return topology(name, routes, pools)
      }),
    )

type Breakage = (broken: StoredTopology, neighbour: StoredTopology, edge: EdgeModel) => StoredTopology

const FREE = 7_000
const withRoute = (broken: StoredTopology, more: StoredRoute): StoredTopology => ({
  ...broken,
  routes: [...broken.routes, more],
})
const BREAKAGES: Record<string, Breakage> = {
  'a word that ends its line': ({ pools, ...rest }) => ({
    ...rest,
    pools: [...pools, pool('bad-web-1\n  errorfile', [])],
  }),
  'an address that is none': ({ pools, ...rest }) => ({
    ...rest,
    pools: [...pools, pool('bad-web-1', [server('bad-web-1', { address: 'nowhere' })])],
  }),
  'a route to no pool': (broken) => withRoute(broken, route(FREE, 'bad-web-none')),
  "the neighbour's port": (broken, { routes }) =>
    withRoute(broken, { ...(routes[0] as StoredRoute), pool: broken.pools[0]?.name ?? '' }),
  "the neighbour's port by another protocol": (broken, { routes: [theirs] }) =>
    withRoute(broken, route(theirs?.as ?? 0, broken.pools[0]?.name ?? '', { protocol: 'https', host: 'bad.example' })),
  "the neighbour's pool": ({ pools, ...rest }, neighbour) => ({ ...rest, pools: [...pools, ...neighbour.pools] }),
  'a port that a program has': (broken, _, edge) => {
    edge.taken.add(FREE)
    const http = pool('bad-web-7000')
    return { ...withRoute(broken, route(FREE, http.name)), pools: [...broken.pools, http] }
  },
  'what HAProxy refuses': (broken, _, edge) => {
    edge.refuses = 'refused'
    return { ...broken, pools: [...broken.pools, pool('bad-web-7001')] }
  },
  'what HAProxy does not load': (broken, _, edge) => {
    edge.refuses = 'notLoaded'
    return { ...broken, pools: [...broken.pools, pool('bad-web-7001')] }
  },
}

const pairs = fc.record({
  good: sound('good', 8_000),
  changed: sound('good', 8_000),
  bad: sound('bad', 9_000),
  /** The broken one served before. */
  served: fc.boolean(),
  /** The same worker tells both. */
  together: fc.boolean(),
})

it.each(Object.entries(BREAKAGES))('broken by %s: the neighbour is not touched', async (_what, broken) => {
  await fc.assert(
    fc.asyncProperty(pairs, async ({ good, changed, bad, served, together }) => {
      const edge = new EdgeModel()
      const one = edge.worker()
      const other = together ? one : edge.worker()
      await apply(one, good)
      if (served) await apply(other, bad)
      const before = [edge.partOf('good'), edge.partOf('bad')]

      await expect(apply(other, broken(bad, good, edge))).rejects.toBeInstanceOf(Cul8erError)
      edge.refuses = 'done'
      expect([edge.partOf('good'), edge.partOf('bad')]).toEqual(before)

      // The way back of the broken one needs nothing that failed, and the neighbour is changed as ever.
      if (served) await apply(other, bad)
      else await changeEdge(other, { topology: 'bad', change: (all) => all.filter((each) => each.topology !== 'bad') })
      expect([edge.partOf('good'), edge.partOf('bad')]).toEqual(before)
      await apply(one, changed)
      expect(edge.partOf('good')).toMatchObject({ stored: changed, open: changed.routes.map(({ as }) => as) })
      expect(edge.partOf('bad')).toEqual(before[1])
    }),
    { numRuns: 60 },
  )
})

it('with instances that nobody reaches: its part is its own', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, async ({ good, bad, together }) => {
      const edge = new EdgeModel()
      const one = edge.worker()
      const other = together ? one : edge.worker()
      await apply(one, good)
      await apply(other, bad)
      const before = edge.partOf('good')
      const dead = bad.pools.map((each) => ({
        ...each,
        servers: [server('bad-web-9', { address: '192.0.2.1', weight: 1 })],
      }))
      await apply(other, { ...bad, pools: dead })
      expect(edge.partOf('good')).toEqual(before)
      expect(edge.commands.filter((line) => line.includes('good-'))).toEqual([])
    }),
    { numRuns: 100 },
  )
})

it('with a port that was closed by hand and taken since: only its own changes fail', async () => {
  await fc.assert(
    fc.asyncProperty(pairs, async ({ good, changed, bad, together }) => {
      const edge = new EdgeModel()
      const one = edge.worker()
      const other = together ? one : edge.worker()
      await apply(one, good)
      await apply(other, bad)
      const lost = bad.routes[0]?.as ?? 0
      edge.open.delete(lost)
      edge.taken.add(lost)
      await apply(one, changed)
      expect(edge.partOf('good')).toMatchObject({ stored: changed, open: changed.routes.map(({ as }) => as) })
      await expect(apply(other, bad)).rejects.toMatchObject({ code: 'PORT_TAKEN' })
      await changeEdge(other, { topology: 'bad', change: (all) => all.filter((each) => each.topology !== 'bad') })
      expect(edge.partOf('good')).toMatchObject({ stored: changed, open: changed.routes.map(({ as }) => as) })
    }),
    { numRuns: 100 },
  )
})
