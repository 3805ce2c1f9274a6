import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8erError } from '../../src/errors.js'
import type { Artifact } from '../../src/plan/model.js'
import type { TopologyRoutes } from '../../src/traffic/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { MemoryEdge } from '../support/memory-edge.js'
import { Rig } from '../support/rig.js'

/* A public port that somebody else has: what was made goes again, and what served goes on. */

const TAKEN = 9090

class PickyEdge extends MemoryEdge {
  override async apply(routes: TopologyRoutes): Promise<void> {
    // As a real one: half of it is done by then.
    await this.remove(routes.topology)
    if (routes.routes.some(({ as }) => as === TAKEN)) throw new Cul8erError('EDGE', `port ${TAKEN} is taken`)
    await super.apply(routes)
  }
}

class StubbornEdge extends MemoryEdge {
  stubborn = false

  override async remove(topology: string): Promise<void> {
    if (this.stubborn) throw new Cul8erError('NO_SPACE', 'no space left on device')
    await super.remove(topology)
  }
}

const exposing = (as: number) => ({ web: { network: { expose: [{ port: 4000, as, protocol: 'http' }] } } })

describe('a public port that an edge refuses', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '9.0.0': { health: 'never' } })
  })
  afterAll(() => rig.stop())

  const fleetOf = (name: string): Fleet => {
    rig.edges.set(name, new PickyEdge())
    return new Fleet(rig, name, 'rolling', artifacts)
  }

  it.concurrent('at a first deploy: nothing is left', async () => {
    const fleet = fleetOf('first')
    expect(await fleet.deploy('1.0.0', exposing(TAKEN))).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'EDGE' },
    })
    expect(fleet.instances()).toEqual({})
    expect((await fleet.ledger()).dirty).toEqual([])
  })

  it.concurrent('at an update: all is as before', async () => {
    const fleet = fleetOf('update')
    expect(await fleet.deploy('1.0.0', exposing(8080))).toMatchObject({ outcome: 'succeeded' })
    expect(await fleet.deploy('1.1.0', exposing(TAKEN))).toMatchObject({ outcome: 'rolledBack' })
    await fleet.expectSettled('1.0.0')
    // Ports alone, without a change of an instance.
    expect(await fleet.deploy('1.0.0', exposing(TAKEN))).toMatchObject({ outcome: 'rolledBack' })
    await fleet.expectSettled('1.0.0')
    expect((await rig.edges.get('update')?.current('update'))?.routes.map(({ as }) => as)).toEqual([8080])
  })
  it.concurrent('in an operation so wide that it is undone in slices: nothing is left', async () => {
    const fleet = fleetOf('wide')
    const { web } = exposing(TAKEN)
    expect(await fleet.deploy('1.0.0', { web: { ...web, replicas: 125 } })).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'EDGE' },
    })
    expect(fleet.instances()).toEqual({})
  })

  it.concurrent('to close: the next destroy closes it, though no instance is left', async () => {
    const fleet = new Fleet(rig, 'closing', 'rolling', artifacts)
    const edge = new StubbornEdge()
    rig.edges.set('closing', edge)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    // What was wanted last has no port, and did not come up.
    expect(await fleet.deploy('9.0.0', { web: { network: {} } })).toMatchObject({ outcome: 'rolledBack' })
    edge.stubborn = true
    expect(await fleet.run({ kind: 'destroy' })).toMatchObject({ outcome: 'needsAttention' })
    expect(fleet.instances()).toEqual({})
    edge.stubborn = false
    expect(await fleet.run({ kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    expect(await edge.current('closing')).toBeNull()
  })
})
