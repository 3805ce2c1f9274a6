import { expect, test } from 'vitest'
import { shares } from '../../../src/traffic/shares.js'

type Given = Parameters<typeof shares>[0]

const server = (name: string, weight: number, state: 'ready' | 'drain' = 'ready') => ({
  name,
  weight,
  state,
  address: '10.0.0.1',
  port: 80,
})
const pool = (name: string, ...servers: ReturnType<typeof server>[]) =>
  ({ name, protocol: 'http', servers }) as unknown as Given['pools'][number]
const route = (to: string) => ({ as: 80, host: null, protocol: 'http', pool: to }) as unknown as Given['routes'][number]

test.each<[string, Given, Record<string, [number, number]>]>([
  ['none', { routes: [], pools: [] }, {}],
  [
    'a canary beside two',
    { routes: [route('web')], pools: [pool('web', server('a', 2), server('b', 2), server('c', 1))] },
    { a: [2, 40], b: [2, 40], c: [1, 20] },
  ],
  [
    'one drains',
    { routes: [route('web')], pools: [pool('web', server('a', 100), server('b', 100, 'drain'))] },
    { a: [100, 100], b: [0, 0] },
  ],
  ['all drain', { routes: [route('web')], pools: [pool('web', server('a', 100, 'drain'))] }, { a: [0, 0] }],
  ['no port leads there', { routes: [], pools: [pool('web', server('a', 100))] }, { a: [0, 0] }],
  [
    'a server of a routed pool and of one that is not',
    { routes: [route('web')], pools: [pool('web', server('a', 50), server('b', 50)), pool('old', server('a', 100))] },
    { a: [50, 50], b: [50, 50] },
  ],
])('%s', (_, given, expected) => {
  const found = [...shares(given)].map(([name, { weight, percent }]) => [name, [weight, percent]])
  expect(Object.fromEntries(found)).toEqual(expected)
})

test('the others of a pool get what a stopped instance would', () => {
  const given = { routes: [route('web')], pools: [pool('web', server('a', 50), server('b', 25), server('c', 25))] }
  expect([...shares(given, new Set(['a'])).entries()]).toEqual([
    ['a', { weight: 50, percent: 0 }],
    ['b', { weight: 25, percent: 50 }],
    ['c', { weight: 25, percent: 50 }],
  ])
})
