import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { ServerStats } from '../../src/traffic/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import type { MemoryEdge } from '../support/memory-edge.js'
import { Rig, topologyOf } from '../support/rig.js'

/* Numbers of instances that follow the load, on emulated hosts behind edges whose requests the test counts. */

const SOON = { timeout: 45_000, interval: 100 }
const COOL_DOWN_MS = 1_000
const replicas = { min: 1, max: 3, target: { requests: '100/s' } }

/** Requests a second that come to each topology; `missing`: its edge does not answer. */
const arriving = new Map<string, number | 'missing'>()

/** Shares what comes equally, as an edge does. */
class Counting {
  private readonly totals = new Map<string, number>()
  private at = Date.now()

  constructor(private readonly edge: MemoryEdge) {}

  stats(topology: string): ServerStats[] {
    const rate = arriving.get(topology) ?? 0
    if (rate === 'missing') throw new Error('the edge does not answer')
    const names = Object.keys(this.edge.serving(topology))
    const since = (Date.now() - this.at) / 1_000
    this.at = Date.now()
    return names.map((server) => {
      const total = (this.totals.get(server) ?? 0) + (rate * since) / names.length
      this.totals.set(server, total)
      return { ...IDLE, server, totalRequests: Math.round(total) }
    })
  }
}
const NONE = { responses2xx: 0, responses3xx: 0, responses4xx: 0, responses5xx: 0 }
const IDLE = {
  pool: 'p',
  server: '',
  weight: 100,
  state: 'ready',
  currentSessions: 0,
  totalRequests: 0,
  averageTotalMs: 1,
  ...NONE,
} as const

/** A topology cools down sooner here than a file may say. */
class Followed extends Fleet {
  override revision(...args: Parameters<Fleet['revision']>): ReturnType<Fleet['revision']> {
    const revision = super.revision(...args)
    const web = revision.topology.resources.web!
    const scaling = { ...web.scaling!, coolDownMs: COOL_DOWN_MS }
    return { ...revision, topology: { ...revision.topology, resources: { web: { ...web, scaling } } } }
  }

  async count(): Promise<number | null | undefined> {
    const { revisions, stable } = await this.ledger()
    return revisions.find(({ number }) => number === stable)?.topology.resources.web?.replicas
  }

  async scalings() {
    const { history } = await this.ledger()
    return history.filter(({ kind }) => kind === 'scale').map(({ outcome, revision }) => `${outcome} ${revision}`)
  }
}

/** Beside what follows the load there is data that is copied to another host all the time. */
class Copied extends Followed {
  override revision(...args: Parameters<Fleet['revision']>): ReturnType<Fleet['revision']> {
    const revision = super.revision(...args)
    const [from, to] = [`${this.name}-a`, `${this.name}-b`]
    const { hosts, resources } = topologyOf({
      name: this.name,
      hosts: Object.fromEntries([from, to].map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
      resources: {
        db: { image: 'cul8er/tiny', on: from, stateful: true, replicate: { to, every: '10s' } },
      },
    })
    const { topology } = revision
    return {
      ...revision,
      topology: {
        ...topology,
        hosts: { ...topology.hosts, ...hosts },
        resources: { ...topology.resources, ...resources },
      },
    }
  }
}

describe('scaling', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    const counting = new Map<string, Counting>()
    rig = await Rig.start(undefined, {
      edge: (host, made) => {
        const counted = counting.get(host) ?? new Counting(made)
        counting.set(host, counted)
        return new Proxy(made, {
          get: (target, key) =>
            key === 'stats'
              ? (topology: string) => Promise.resolve().then(() => counted.stats(topology))
              : (Reflect.get(target, key, target) as unknown),
        })
      },
    })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '2.0.0': { startsAfter: 'never' } })
  })
  afterAll(() => rig.stop())

  const deployed = async (name: string, approach: 'rolling' | 'blueGreen' = 'rolling'): Promise<Followed> => {
    const fleet = new Followed(rig, name, approach, artifacts, { web: { replicas } })
    const { outcome } = await fleet.deploy('1.0.0')
    if (outcome !== 'succeeded') throw new Error(outcome)
    return fleet
  }
  const PLANNED = { rolling: ['update', 'update'], blueGreen: ['replace', 'replace'] } as const
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  it.concurrent('adds instances under load and removes them without', async ({ expect }) => {
    const fleet = await deployed('follows')
    expect(Object.keys(fleet.instances())).toEqual([fleet.instance(1)])
    arriving.set(fleet.name, 280)
    // Twice as many at most, then the third.
    await expect.poll(() => fleet.count(), SOON).toBe(3)
    await rig.idle(fleet.name)
    expect(await fleet.scalings()).toEqual(['succeeded 1', 'succeeded 1'])
    await fleet.expectSettled('1.0.0')
    expect((await fleet.ledger()).scaling?.web).toMatchObject({
      from: 2,
      to: 3,
      reason: expect.stringMatching(/requests a second/) as string,
    })
    arriving.set(fleet.name, 20)
    await expect.poll(() => fleet.count(), SOON).toBe(1)
    await rig.idle(fleet.name)
    expect(Object.keys(fleet.instances())).toEqual([fleet.instance(1)])
    expect(rig.edges.get(fleet.name)?.waitedFor.sort()).toEqual([fleet.instance(2), fleet.instance(3)])
  })

  it.concurrent('removes instances between two copies of data, and adds some again', async ({ expect }) => {
    const fleet = new Copied(rig, 'copied', 'rolling', artifacts, { web: { replicas } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    for (const [rate, count] of [
      [170, 2],
      [20, 1],
      [170, 2],
    ] as const) {
      arriving.set(fleet.name, rate)
      await expect.poll(() => fleet.count(), SOON).toBe(count)
    }
    await rig.idle(fleet.name)
    expect(await fleet.scalings()).toEqual(['succeeded 1', 'succeeded 1', 'succeeded 1'])
    await expect.poll(async () => Object.values((await fleet.ledger()).replicas ?? {}), SOON).toHaveLength(1)
  })

  it.concurrent.for(['rolling', 'blueGreen'] as const)(
    'keeps the number over a %s update and back',
    async (approach, { expect }) => {
      const fleet = await deployed(`kept-${approach.toLowerCase()}`, approach)
      arriving.set(fleet.name, 170)
      await expect.poll(() => fleet.count(), SOON).toBe(2)
      await rig.idle(fleet.name)
      const { changes } = await fleet.plan('1.1.0')
      expect(changes.map(({ action }) => action).sort()).toEqual(PLANNED[approach])
      expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded', revision: 2 })
      expect(await fleet.count()).toBe(2)
      expect(Object.keys(fleet.instances())).toHaveLength(2)
      expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
      expect(await fleet.count()).toBe(2)
      expect(Object.keys(fleet.instances())).toHaveLength(2)
    },
  )

  it.concurrent('that cannot be done is told, undone, and tried again later', async ({ expect }) => {
    const fleet = await deployed('in-vain')
    await fleet.byHand('create', 'cul8er/tiny', fleet.instance(2))
    arriving.set(fleet.name, 170)
    await expect.poll(async () => (await fleet.ledger()).scaling?.web?.notBefore, SOON).toBeDefined()
    await rig.idle(fleet.name)
    const { scaling, history } = await fleet.ledger()
    expect(scaling?.web).toMatchObject({ from: 1, to: 2, times: 1 })
    expect(history.at(-1)).toMatchObject({ kind: 'scale', automatic: true, error: { code: 'NAME_CLASH' } })
    await pause(8_000)
    expect(await fleet.scalings()).toHaveLength(1)
    expect(await fleet.count()).toBe(1)
  })

  it.concurrent('does nothing while nobody knows the load', async ({ expect }) => {
    const fleet = await deployed('unknown')
    arriving.set(fleet.name, 170)
    await expect.poll(() => fleet.count(), SOON).toBe(2)
    await rig.idle(fleet.name)
    arriving.set(fleet.name, 'missing')
    await pause(8_000)
    expect(await fleet.scalings()).toEqual(['succeeded 1'])
    expect(Object.keys(fleet.instances())).toHaveLength(2)
  })
})
