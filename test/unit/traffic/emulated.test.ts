import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emulatedEdge, type EmulatedEdge } from '../../../src/traffic/emulated.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'
import { summarise } from '../../../src/traffic/samples.js'
import { pool, server } from './haproxy/cases.js'

const shop = (weights: [number, number]): TopologyRoutes => ({
  topology: 'shop',
  routes: [{ as: 80, protocol: 'http', host: null, certificate: null, pool: 'p' }],
  pools: [
    pool('p', [
      server('a', { weight: weights[0] }),
      server('b', { weight: weights[1] }),
      server('c', { state: 'drain' }),
    ]),
    pool('p-blue', [server('x')]),
  ],
})

describe('the edge of an emulated host', () => {
  let folder: string
  let edge: EmulatedEdge

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cul8er-edge-'))
    edge = emulatedEdge({ folder: join(folder, 'host') })
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('remembers, in every process, until a topology is removed', async () => {
    await edge.ensure()
    expect(await edge.current('shop')).toBeNull()
    await edge.apply(shop([1, 1]))
    await edge.apply({ ...shop([1, 1]), topology: 'other' })
    expect(await emulatedEdge({ folder: join(folder, 'host') }).current('shop')).toEqual(shop([1, 1]))
    expect((await edge.stats('shop')).map((s) => [s.server, s.state])).toEqual([
      ['a', 'ready'],
      ['b', 'ready'],
      ['c', 'drain'],
      ['x', 'ready'],
    ])
    expect(await edge.drained('shop', 'c', { deadlineMs: 1 })).toEqual({ cut: 0 })
    await edge.remove('shop')
    await edge.remove('shop')
    expect(await edge.current('shop')).toBeNull()
    expect(await edge.stats('shop')).toEqual([])
    expect(await edge.current('other')).not.toBeNull()
  })

  it('has no traffic until it is told, and then by weight', async () => {
    await edge.apply(shop([9, 1]))
    expect(await edge.requests('shop')).toEqual([])
    await edge.script({ requestsPerSecond: 2_000, answers: { b: { status: 500, totalMs: 80 } } })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const samples = await edge.requests('shop')
    const all = summarise(samples)
    const canary = summarise(samples, new Set(['b']))
    expect(all.requests).toBeGreaterThan(300)
    expect(Math.abs(canary.requests / all.requests - 0.1)).toBeLessThan(0.02)
    expect(canary).toMatchObject({ errorPercent: 100, p95Ms: 80 })
    expect(summarise(samples, new Set(['c', 'x'])).requests).toBe(0)
    expect(await edge.requests('shop', { sinceMs: Date.now() + 1_000 })).toEqual([])
    await edge.script(null)
    expect(await edge.requests('shop')).toEqual([])
  })
})
