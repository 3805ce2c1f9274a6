import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

describe('changes that come together', () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
    }
  })
  afterAll(() => rig.stop())

  const revision = (version: string, over: Parameters<typeof shop>[1] = {}) =>
    rig.revision(topologyOf(shop(version, over)), artifacts)
  const deploy = (version: string, over: Parameters<typeof shop>[1] = {}) =>
    rig.run(over.name ?? 'shop', { kind: 'deploy', revision: revision(version, over) })
  const serving = (name = 'shop') => Object.keys(rig.edges.get('one')?.serving(name) ?? {}).sort()
  const stop = async (name: string): Promise<void> => {
    const executor = rig.deps.executorFor('one', topologyOf(shop('1.0.0')).hosts.one!)
    await executor.run({ args: ['stop', '--force', name] })
  }

  it('an instance that was stopped by hand gets the new version all the same', async () => {
    expect(await deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    await stop('shop-web-2')
    expect(await deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(Object.values(rig.instances()).map(({ status, release }) => `${status} ${release}`)).toEqual(
      Array(3).fill('Running shop@1.1.0'),
    )
    expect(serving()).toEqual(['shop-web-1', 'shop-web-2', 'shop-web-3'])
  })

  it('and new limits, though those alone need no restart', async () => {
    await stop('shop-web-3')
    const limits = { web: { limits: { memory: '96MiB' } } }
    expect(await deploy('1.1.0', limits)).toMatchObject({ outcome: 'succeeded' })
    expect(Object.values(rig.instances()).map(({ status }) => status)).toEqual(Array(3).fill('Running'))
    expect(await rig.plan(revision('1.1.0', limits))).toMatchObject({ empty: true })
  })
})

describe('a standby set', () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
    }
    await deploy('1.0.0')
    await deploy('1.1.0')
  })
  afterAll(() => rig.stop())

  const revision = (version: string, replicas = 2, approach = 'blueGreen') =>
    rig.revision(topologyOf(shop(version, { web: { replicas }, strategy: { approach } })), artifacts)
  const deploy = (...how: Parameters<typeof revision>) =>
    rig.run('shop', { kind: 'deploy', revision: revision(...how) })
  const serving = () => Object.keys(rig.edges.get('one')?.serving('shop') ?? {}).sort()
  const blue = ['shop-web-1-blue', 'shop-web-2-blue']

  it('is still standby after a deploy that changes nothing', async () => {
    expect(await deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual(blue)
    expect(Object.keys(rig.instances())).toEqual(expect.arrayContaining(blue))
  })

  it('and after more replicas, which join the color that serves', async () => {
    expect(await deploy('1.1.0', 3)).toMatchObject({ outcome: 'succeeded' })
    expect(serving()).toEqual(['shop-web-1-green', 'shop-web-2-green', 'shop-web-3-green'])
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual(blue)
  })

  it('gets no request when the strategy is another one meanwhile', async () => {
    expect(await deploy('1.1.0', 4, 'rolling')).toMatchObject({ outcome: 'succeeded' })
    expect(serving()).toEqual(['shop-web-1-green', 'shop-web-2-green', 'shop-web-3-green', 'shop-web-4'])
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual(blue)
  })

  it('is taken anew from what runs in two colors', async () => {
    expect(await deploy('1.0.0', 4)).toMatchObject({ outcome: 'succeeded' })
    expect(serving()).toEqual([1, 2, 3, 4].map((n) => `shop-web-${n}-blue`))
    expect((await rig.ledger('shop')).standby?.names.sort()).toEqual([
      'shop-web-1-green',
      'shop-web-2-green',
      'shop-web-3-green',
      'shop-web-4',
    ])
  })
})
