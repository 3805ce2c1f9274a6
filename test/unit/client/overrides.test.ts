import { expect, test } from 'vitest'
import { override } from '../../../src/client/overrides.js'
import { normalised } from '../../../src/client/declared.js'

const topology = normalised({
  name: 'shop',
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: {
    web: { type: 'container', image: 'a/b', deploy: { release: 'web', version: '1.0.0' } },
    jobs: { type: 'container', image: 'a/b', deploy: { release: 'jobs', version: '1.0.0' } },
    db: { type: 'container', image: 'a/b' },
  },
})
const versions = (options: Parameters<typeof override>[1]): (string | null | undefined)[] =>
  Object.values(override(topology, options).resources).map(({ deploy }) => deploy?.version)

test.each([
  [{}, ['1.0.0', '1.0.0', undefined]],
  [{ version: '2.0.0' }, ['2.0.0', '2.0.0', undefined]],
  [{ version: 'web=2.0.0' }, ['2.0.0', '1.0.0', undefined]],
  [{ version: ['2.0.0', 'jobs=3.0.0'] }, ['2.0.0', '3.0.0', undefined]],
  [{ version: ['jobs=3.0.0', '2.0.0'] }, ['2.0.0', '3.0.0', undefined]],
])('versions of %j', (options, expected) => {
  expect(versions(options)).toEqual(expected)
})

test.each([
  ['blueGreen', 'blueGreen'],
  ['blue-green', 'blueGreen'],
  ['canary', 'canary'],
])('strategy %s', (strategy, expected) => {
  expect(override(topology, { strategy }).strategy.approach).toBe(expected)
})

test.each([
  [{ version: 'wbe=2.0.0' }, 'shop has no release wbe (did you mean web?)'],
  [{ version: 'web=' }, '--version web= has no version'],
  [{ strategy: 'canari' }, 'no strategy canari (did you mean canary?)'],
])('%j is refused', (options, message) => {
  expect(() => override(topology, options)).toThrow(expect.objectContaining({ code: 'USAGE', message }) as Error)
})

test('a strategy that cannot change a shared public port is refused', () => {
  const app = { image: 'a/b', network: { expose: [{ port: 4000, as: 80, pool: 'app' }] } }
  const shared = normalised({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: { app_1: app, app_2: app },
  })
  const message = 'strategy canary cannot deploy shop: app_1 and app_2 share a public port (pool app)'
  expect(() => override(shared, { strategy: 'canary' })).toThrow(
    expect.objectContaining({ code: 'USAGE', message }) as Error,
  )
  expect(override(shared, { strategy: 'recreate' }).strategy.approach).toBe('recreate')
})
