import { expect, it } from 'vitest'
import { loadTopologies } from '../../../src/loaders/load.js'
import { seeds } from '../../support/seeds.js'

it('there are all of them', () =>
  expect(seeds().map(({ name }) => name)).toEqual([
    'all-layers',
    'blue-green',
    'canary',
    'cluster-observed',
    'first-topology',
    'hello',
    'multi-node-cluster',
    'multi-tier',
    'phoenix-app',
    'remote-container',
    'rolling-with-rollback',
  ]))

it.each(seeds())('$name is valid', async ({ file }) => {
  const [topology] = await loadTopologies(file)
  expect(Object.keys(topology?.resources ?? {})).not.toEqual([])
})

it('they mean what they meant', async () => {
  const read = async (name: string) =>
    (await loadTopologies(seeds().find((seed) => seed.name === name)?.file ?? name))[0]!
  const [blueGreen, rolling, remote, cluster, tiers] = await Promise.all(
    ['blue-green', 'rolling-with-rollback', 'remote-container', 'multi-node-cluster', 'multi-tier'].map(read),
  )
  expect(blueGreen?.strategy.approach).toBe('blueGreen')
  expect(blueGreen?.resources.web?.healthcheck?.probe).toMatchObject({ port: 4000, expectedStatus: 200 })
  expect(rolling?.strategy).toMatchObject({ maxParallel: 1, rollback: { onFailure: 'automatic', snapshot: 'auto' } })
  expect(remote?.hosts.remote).toMatchObject({ address: 'https://prod.example.com:8443', kind: 'incus' })
  expect(cluster?.cluster?.nodes).toEqual(['node_1', 'node_2', 'node_3'])
  expect(cluster?.resources.node_1?.deploy?.version).toBeNull()
  expect(Object.values(tiers?.hosts ?? {}).map(({ kind }) => kind)).toEqual(['incus', 'incus', 'incus'])
})
