import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

const blueGreen = (version: string, keep = '10m'): unknown =>
  shop(version, { strategy: { approach: 'blueGreen', keep } })

describe('blue-green on an emulated host', () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
      'shop@1.2.0': await rig.release('shop', '1.2.0', { health: 'never' }),
    }
    await deploy('1.0.0')
  })
  afterAll(() => rig.stop())

  const deploy = (version: string, keep?: string) =>
    rig.run('shop', { kind: 'deploy', revision: rig.revision(topologyOf(blueGreen(version, keep)), artifacts) })
  const serving = () => Object.keys(rig.edges.get('one')?.serving('shop') ?? {}).sort()
  const blue = ['shop-web-1-blue', 'shop-web-2-blue', 'shop-web-3-blue']
  const green = ['shop-web-1-green', 'shop-web-2-green', 'shop-web-3-green']

  it('starts with the blue set', () => {
    expect(Object.keys(rig.instances()).sort()).toEqual(blue)
    expect(serving()).toEqual(blue)
  })

  it('takes a broken green set away without touching blue', async () => {
    const before = rig.edges.get('one')?.told.length
    expect(await deploy('1.2.0')).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(Object.keys(rig.instances()).sort()).toEqual(blue)
    expect(serving()).toEqual(blue)
    expect(
      rig.edges
        .get('one')
        ?.told.slice(before)
        .every((told) => told.routes.every((r) => r.pool.endsWith('-blue'))),
    ).toBe(true)
  })

  it('switches to green at once and keeps blue', async () => {
    expect(await deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(serving()).toEqual(green)
    const all = rig.instances()
    expect(blue.map((name) => all[name]?.role)).toEqual(['old', 'old', 'old'])
    expect(green.map((name) => all[name]?.role)).toEqual(['live', 'live', 'live'])
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual(blue)
    const pools = rig.edges.get('one')?.told.map((told) => told.routes.map(({ pool }) => pool).join())
    expect(pools?.filter((pool, i) => pool !== pools[i - 1])).toEqual(['shop-web-4000-blue', 'shop-web-4000-green'])
  })

  it('a rollback while blue is kept switches back to it, nothing made', async () => {
    const result = await rig.run('shop', { kind: 'rollback' })
    expect(result).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(result.steps.map(({ name }) => name)).not.toContain('create')
    expect(serving()).toEqual(blue)
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual(green)
  })

  it('removes what is kept when its time is over, or a new set needs its color', async () => {
    expect(await deploy('1.1.0', '1s')).toMatchObject({ outcome: 'succeeded' })
    expect(serving()).toEqual(green)
    for (let i = 0; i < 100 && Object.keys(rig.instances()).length > 3; i += 1) await rig.env.sleep(100)
    expect(Object.keys(rig.instances()).sort()).toEqual(green)
    const state = await rig.idle('shop')
    expect(state.standby).toBeNull()
    expect(state.history.at(-1)).toMatchObject({ kind: 'cleanup', outcome: 'succeeded' })
    expect(serving()).toEqual(green)
  })
})
