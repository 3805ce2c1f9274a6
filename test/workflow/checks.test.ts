import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* The edge asks a pool no path that one of the instances in it does not know, whatever an earlier operation left there. */

describe('the edge’s check after a deploy that was held', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} })
  })
  afterAll(() => rig.stop())

  const at = (path: string) => ({
    strategy: {
      rollback: { onFailure: 'hold' },
      healthcheck: {
        endpoint: `http://localhost:4000/${path}`,
        interval: '50ms',
        timeout: '3s',
        minHealthyTime: '50ms',
        deadline: '8s',
      },
    },
  })

  /** Two are at the second revision and its path, the third could not be brought there. */
  async function held(name: string): Promise<Fleet> {
    const fleet = new Fleet(rig, name, 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0', at('health'))).toMatchObject({ outcome: 'succeeded' })
    const denied = { error: 'not authorized' }
    rig.emulator.fault({ match: { host: name, instance: fleet.instance(3), verb: 'cul8er-install' }, fault: denied })
    expect(await fleet.deploy('1.1.0', at('health?v=2'))).toMatchObject({ outcome: 'held' })
    expect(await fleet.picture()).toMatchObject({ [fleet.instance(1)]: { runs: '1.1.0', weight: 100 } })
    return fleet
  }
  const paths = (fleet: Fleet, from: number): (string | undefined)[] =>
    (rig.edges.get(fleet.name)?.told ?? []).slice(from).flatMap(({ pools }) => pools.map(({ check }) => check?.path))

  it.concurrent('a rollback asks for the former path when all have come back', async () => {
    const fleet = await held('back')
    const told = rig.edges.get('back')?.told.length ?? 0
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded' })
    const asked = paths(fleet, told)
    expect(asked.at(-1)).toBe('/health')
    expect(asked.slice(0, -1).filter((path) => path !== undefined)).toEqual([])
  })

  it.concurrent('a deploy with the stable path does so as well, and a restart asks for none', async () => {
    const fleet = await held('on')
    const told = rig.edges.get('on')?.told.length ?? 0
    expect(await fleet.run({ kind: 'restart', names: [fleet.instance(1)] })).toMatchObject({ outcome: 'succeeded' })
    expect(paths(fleet, told).filter((path) => path !== undefined)).toEqual([])
    expect(await fleet.deploy('1.2.0', at('health'))).toMatchObject({ outcome: 'succeeded' })
    const asked = paths(fleet, told)
    expect(asked.at(-1)).toBe('/health')
    expect(asked.slice(0, -1).filter((path) => path !== undefined)).toEqual([])
  })
})
