import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8erError } from '../../src/errors.js'
import type { Artifact } from '../../src/plan/model.js'
import type { InstanceOfEdge } from '../../src/traffic/model.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { MemoryEdge } from '../support/memory-edge.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* An image that a host does not have is noticed before anything is made. On an emulated host those are missing whose name begins so. */

const REFUSED = {
  code: 'IMAGE_NOT_FOUND',
  message: expect.stringMatching(/^resources\.web\.image: host \S+ has no image missing\/web/) as string,
}

class EdgeToMake extends MemoryEdge {
  constructor(private readonly answer: () => InstanceOfEdge) {
    super()
  }

  wouldMake(): Promise<InstanceOfEdge | null> {
    return Promise.resolve().then(this.answer)
  }
}

describe('a missing image', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const missing = { web: { image: 'missing/web' } }
  const cause = (plan: Promise<unknown>): Promise<unknown> =>
    plan.then(
      () => null,
      (error: { cause?: { cause?: unknown } }) => error.cause?.cause ?? error.cause,
    )

  it.concurrent('is refused by the plan and by a first deploy, with nothing made', async () => {
    const fleet = new Fleet(rig, 'first', 'rolling', artifacts)
    expect(await cause(rig.plan(fleet.revision('1.0.0', missing)))).toMatchObject({
      type: REFUSED.code,
      message: REFUSED.message,
    })
    expect(await fleet.deploy('1.0.0', missing)).toMatchObject({ outcome: 'failed', error: REFUSED })
    expect(fleet.instances()).toEqual({})
  })

  it.concurrent.each<Approach>(['rolling', 'blueGreen', 'canary', 'recreate'])(
    'is refused by an update: %s',
    async (approach) => {
      const fleet = new Fleet(rig, `update-${approach}`.toLowerCase(), approach, artifacts)
      expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
      const before = await fleet.picture()
      expect(await fleet.deploy('1.1.0', missing)).toMatchObject({ outcome: 'failed', error: REFUSED })
      expect(await fleet.picture()).toEqual(before)
      expect((await fleet.ledger()).dirty).toEqual([])
    },
  )

  it.concurrent('does not matter to instances that stay, and a remote one is not looked for', async () => {
    const fleet = new Fleet(rig, 'stays', 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    expect((await fleet.plan('1.1.0', { web: { image: 'images:missing/web' } })).changes).toHaveLength(3)
    expect((await fleet.plan('1.1.0')).changes.map(({ action }) => action)).toEqual(['update', 'update', 'update'])
  })

  it.concurrent('counts in a project that is not there yet as well', async () => {
    const of = (image: string) =>
      rig.plan(
        rig.revision(topologyOf({ ...(shop('1.0.0', { web: { image } }) as object), project: 'later' }), artifacts),
      )
    expect(await cause(of('missing/web'))).toMatchObject({ message: REFUSED.message })
    expect((await of('cul8er/tiny')).changes).toHaveLength(3)
  })

  it.concurrent('of an edge that has to be made is refused, and so is a name that somebody else has', async () => {
    const fleet = new Fleet(rig, 'edge', 'rolling', artifacts)
    rig.edges.set('edge', new EdgeToMake(() => ({ instance: 'cul8er-edge', image: 'missing/edge' })))
    expect(await fleet.deploy('1.0.0')).toMatchObject({
      outcome: 'failed',
      error: { code: 'IMAGE_NOT_FOUND', message: 'the edge of edge: host edge has no image missing/edge' },
    })
    const clash = new Cul8erError('NAME_CLASH', "edge has an instance 'cul8er-edge' that is not cul8er's")
    rig.edges.set(
      'edge',
      new EdgeToMake(() => {
        throw clash
      }),
    )
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'failed', error: { code: 'NAME_CLASH' } })
    expect(fleet.instances()).toEqual({})
    rig.edges.set('edge', new EdgeToMake(() => ({ instance: 'cul8er-edge', image: 'cul8er/edge' })))
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  })

  it.concurrent(
    'a plan names the edge that is made, the images that are fetched, and the standby that is kept',
    async () => {
      rig.edges.set('told', new EdgeToMake(() => ({ instance: 'cul8er-edge', image: 'cul8er/edge' })))
      const fleet = new Fleet(rig, 'told', 'blueGreen', artifacts, { strategy: { keep: '10m' } })
      const remote = { web: { image: 'images:debian/12' } }
      const first = await rig.plan(fleet.revision('1.0.0', remote))
      expect(first).toMatchObject({
        edges: [{ host: 'told', instance: 'cul8er-edge', image: 'cul8er/edge' }],
        downloads: [{ host: 'told', image: 'images:debian/12' }],
      })
      expect(first.standby).toBeUndefined()
      expect(await fleet.deploy('1.0.0', remote)).toMatchObject({ outcome: 'succeeded' })
      const next = await fleet.plan('1.1.0', remote)
      expect(next.standby).toEqual({ instances: [1, 2, 3].map((k) => fleet.instance(k, 'blue')), forMs: 600_000 })
      expect([next.edges, next.downloads]).toEqual([undefined, undefined])
    },
  )
})
