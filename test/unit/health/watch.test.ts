import { describe, expect, it } from 'vitest'
import type { Seen, WatchInput } from '../../../src/contracts/watch.js'
import { HealthWatch } from '../../../src/health/watch.js'
import type { InstanceStatus, Revision } from '../../../src/plan/model.js'
import type { Ours } from '../../../src/plan/planned-change.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const CHECK = {
  endpoint: 'http://localhost:4000/health',
  interval: '1s',
  retries: 3,
  minHealthyTime: '2s',
  deadline: '20s',
  unhealthy: {},
}
const BEGAN = Date.parse('2026-03-01T12:00:00Z')

/** A shop of three whose answers a test says, on a clock of its own. */
function world(input: Partial<WatchInput> = {}, check: object = CHECK, count = 3) {
  const revision: Revision = {
    number: 1,
    digest: 'd',
    topology: topologyOf(shop('1', { strategy: { healthcheck: check } })),
    artifacts: { 'shop@1': { sha256: 'a', size: 1 } },
    sealed: {},
    createdAt: '2026-01-01T00:00:00Z',
  }
  const instance = (index: number): Ours => ({
    host: 'one',
    name: `shop-web-${index}`,
    type: 'container',
    status: 'Running',
    config: {},
    devices: {},
    addresses: ['10.0.0.1'],
    snapshots: [],
    createdAt: '2026-01-01T00:00:00Z',
    labels: {
      ...{ topology: 'shop', resource: 'web', index, color: '' as const, revision: 1, digest: 'd', operation: '1' },
      ...{ image: 'cul8er/tiny', release: 'shop@1', role: 'live' as const, secrets: {} },
    },
  })
  const instances = Array.from({ length: count }, (_, i) => instance(i + 1))
  const answers = new Map<string, 'ok' | 'failure' | 'error'>()
  let nowMs = BEGAN
  let lists = 0
  let away = false
  const probed: string[] = []
  const watch = new HealthWatch(
    {
      now: () => nowMs,
      list: async () => {
        lists += 1
        if (away) throw new Error('no answer')
        return structuredClone(instances)
      },
      probe: async ({ spec: { name } }) => {
        probed.push(name)
        const outcome = answers.get(name) ?? 'ok'
        return { outcome, message: outcome === 'ok' ? 'HTTP 200' : 'HTTP 500' }
      },
    },
    { revision, dirty: [], known: {}, ...input },
  )
  return {
    answers,
    probed,
    goAway: (gone: boolean) => (away = gone),
    get lists() {
      return lists
    },
    change: (index: number, more: Partial<Ours>) => Object.assign(instances[index - 1]!, more),
    /** Rounds for some seconds, or until there is something to tell. */
    run: async (seconds: number): Promise<{ seen: Seen | null; after: number }> => {
      for (const until = nowMs + seconds * 1_000; ;) {
        const seen = await watch.round()
        if (seen !== null || nowMs >= until) return { seen, after: Math.round((nowMs - BEGAN) / 1_000) }
        nowMs += Math.max(1, Math.min(watch.restMs, until - nowMs))
      }
    },
  }
}

describe('a watch between operations', () => {
  it('tells nothing of what is well, and lists a host rarely', async () => {
    const shopOf = world()
    expect((await shopOf.run(300)).seen).toBeNull()
    expect(shopOf.lists).toBeLessThanOrEqual(6)
    expect(shopOf.probed.length).toBeGreaterThanOrEqual(3 * 290)
  })

  it('looks at no host that is left out', async () => {
    const shopOf = world({ without: ['one'] })
    shopOf.answers.set('shop-web-2', 'failure')
    expect((await shopOf.run(60)).seen).toBeNull()
    expect([shopOf.lists, shopOf.probed]).toEqual([0, []])
  })

  it('tells of as many failures in a row as retries says, and of who else fails', async () => {
    const { answers, run } = world()
    await run(5)
    answers.set('shop-web-2', 'failure')
    const { seen, after } = await run(60)
    expect(seen).toEqual({
      sick: [
        {
          ...{ replica: 'web/2', instance: 'shop-web-2', resource: 'web' },
          reason: 'HTTP 500 at http://localhost:4000/health',
          since: '2026-03-01T12:00:06.000Z',
        },
      ],
      well: [],
      resources: { web: { live: 3, failing: 1 } },
    })
    expect(after).toBe(8)
  })

  it('begins to count anew after a success, and an error is neither', async () => {
    const { answers, run } = world()
    await run(0.5)
    for (const outcome of ['failure', 'failure', 'ok', 'failure', 'failure', 'error'] as const) {
      answers.set('shop-web-1', outcome)
      expect((await run(1)).seen).toBeNull()
    }
    answers.set('shop-web-1', 'failure')
    expect((await run(1)).seen?.sick).toHaveLength(1)
  })

  it.each<[InstanceStatus, string | null]>([
    ['Stopped', 'the instance is stopped'],
    ['Frozen', 'the instance is frozen'],
    ['Starting', null],
  ])('an instance that is %s', async (status, reason) => {
    const { change, answers, run } = world()
    await run(2)
    change(3, { status })
    // As for the app of one that is not there.
    answers.set('shop-web-3', 'error')
    expect((await run(30)).seen?.sick[0]?.reason ?? null).toBe(reason)
  })

  it('gives an instance that was started a moment ago the time that an operation would', async () => {
    const { change, answers, run } = world()
    change(1, { startedAt: '2026-03-01T11:59:55Z' })
    answers.set('shop-web-1', 'failure')
    expect((await run(60)).after).toBe(17)
  })

  it('leaves alone what is dirty, on trial or kept for going back', async () => {
    const { change, probed, run } = world({ dirty: ['shop-web-1'] })
    change(2, { labels: { ...change(2, {}).labels, role: 'old' } })
    await run(3)
    expect(new Set(probed)).toEqual(new Set(['shop-web-3']))
  })

  it('asks nobody without a policy', async () => {
    const { unhealthy: _none, ...check } = CHECK
    const { probed, run } = world({}, check)
    await run(3)
    expect(probed).toEqual([])
  })

  it('waits with what is known, and tells when it is healthy', async () => {
    const later = world({ known: { 'web/1': '2026-03-01T12:00:30Z' } })
    later.answers.set('shop-web-1', 'failure')
    expect((await later.run(60)).after).toBe(30)
    const told = world({ known: { 'web/1': null } })
    told.answers.set('shop-web-1', 'failure')
    expect((await told.run(60)).seen).toBeNull()
    told.answers.set('shop-web-1', 'ok')
    expect((await told.run(60)).seen).toEqual({ sick: [], well: ['web/1'], resources: {} })
  })

  it('tells of what is news first, where more are sick than one answer has room for', async () => {
    const known = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`web/${i + 1}`, null]))
    const { answers, run } = world({ known }, CHECK, 120)
    await run(1)
    for (let i = 1; i <= 120; i += 1) answers.set(`shop-web-${i}`, 'failure')
    const told = (await run(60)).seen?.sick.map(({ replica }) => replica) ?? []
    expect(told).toHaveLength(100)
    expect(told).toEqual(expect.arrayContaining(Array.from({ length: 20 }, (_, i) => `web/${i + 101}`)))
  })

  it('holds nothing against instances on a host that gives no answer', async () => {
    const { answers, goAway, run } = world()
    await run(5)
    goAway(true)
    for (const i of [1, 2, 3]) answers.set(`shop-web-${i}`, 'failure')
    expect((await run(120)).seen).toBeNull()
    goAway(false)
    expect((await run(120)).seen?.sick).toHaveLength(3)
  })
})
