import { describe, expect, it } from 'vitest'
import type { TrafficState } from '../../../src/plan/routes.js'
import { admitted, drained, forgotten, shared, switched } from '../../../src/steps/traffic.js'
import { live } from './live.js'

const place = (name: string, host = 'one') => {
  const slot = name.endsWith('-canary') ? ('canary' as const) : ('' as const)
  return { ...live(name), slot, host }
}
const NOBODY: TrafficState = { members: [], active: {} }
const all = (...names: [string, string?][]): TrafficState =>
  names.reduce((state, [name, host]) => admitted(state, place(name, host), `at ${name}`), NOBODY)

/** `name@host weight`, with `drain` behind it. */
const read = ({ members }: TrafficState): string[] =>
  members.map(
    ({ instance, host, weight, state }) => `${instance}@${host} ${weight}${state === 'drain' ? ' drain' : ''}`,
  )

describe('the traffic after a step', () => {
  const two = all(['web-1'], ['web-2'])
  it.each<[string, TrafficState, string[]]>([
    ['admitted, at full weight', two, ['web-1@one 100', 'web-2@one 100']],
    [
      'at a weight of its own',
      admitted(two, place('web-3'), 'a', 0),
      ['web-1@one 100', 'web-2@one 100', 'web-3@one 0'],
    ],
    ['drained', drained(two, 'web-1'), ['web-1@one 100 drain', 'web-2@one 100']],
    [
      'admitted again, in its old place',
      admitted(drained(two, 'web-1'), place('web-1'), 'b'),
      ['web-1@one 100', 'web-2@one 100'],
    ],
    ['forgotten', forgotten(two, 'web-1'), ['web-2@one 100']],
    ['somebody else is drained', drained(two, 'web-9'), ['web-1@one 100', 'web-2@one 100']],
  ])('%s', (_title, state, expected) => {
    expect(read(state)).toEqual(expected)
  })

  it('the first color that is admitted is the active one, until a switch', () => {
    const blue = { ...place('web-1'), slot: 'blue' as const }
    const green = { ...place('web-2'), slot: 'green' as const }
    const both = admitted(admitted(NOBODY, blue, 'a'), green, 'b')
    expect(both.active).toEqual({ web: 'blue' })
    expect(switched(both, { web: 'green' })).toEqual({ ...both, active: { web: 'green' } })
  })
})

describe('the share of canaries', () => {
  const spread = all(['web-1', 'a'], ['web-2', 'b'], ['web-3', 'a'], ['web-1-canary', 'a'], ['api-1', 'a'])
  const share = (state: TrafficState, host: string): number => {
    const here = state.members.filter((m) => m.host === host && m.resource === 'web')
    const sum = (of: typeof here): number => of.reduce((total, { weight }) => total + weight, 0)
    return (100 * sum(here.filter(({ slot }) => slot === 'canary'))) / sum(here)
  }

  it.each([1, 10, 25, 50, 75, 99])('%i % at the edge that has one, and nothing changes elsewhere', (percent) => {
    const state = shared(spread, ['web'], percent)
    expect(Math.abs(share(state, 'a') - percent)).toBeLessThan(2)
    expect(read(state).filter((line) => line.includes('@b') || line.startsWith('api'))).toEqual([
      'web-2@b 100',
      'api-1@a 100',
    ])
  })

  it('of what is really in the traffic: an instance that is out of it bears none of the rest', () => {
    const state = shared(drained(spread, 'web-3'), ['web'], 10)
    const { members } = state
    const weight = (name: string): number => members.find(({ instance }) => instance === name)?.weight ?? NaN
    expect((100 * weight('web-1-canary')) / (weight('web-1-canary') + weight('web-1'))).toBeCloseTo(10, 0)
  })

  it('none any more: everybody has full weight, the canary none', () => {
    expect(read(shared(shared(spread, ['web'], 30), ['web'], 0))).toEqual([
      'web-1@a 100',
      'web-2@b 100',
      'web-3@a 100',
      'web-1-canary@a 0',
      'api-1@a 100',
    ])
  })
})
