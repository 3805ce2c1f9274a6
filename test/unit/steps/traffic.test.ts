import { describe, expect, it } from 'vitest'
import { planChanges } from '../../../src/plan/plan.js'
import type { TrafficState } from '../../../src/plan/routes.js'
import { instanceSpec, replicas } from '../../../src/plan/specs.js'
import { predictionOf } from '../../../src/steps/prediction.js'
import { kindOf } from '../../../src/steps/registry.js'
import { admitted, drained, forgotten, shared, switched } from '../../../src/steps/traffic.js'
import { procedureOf } from '../../../src/strategies/procedure.js'
import { strategyNamed } from '../../../src/strategies/registry.js'
import { instanceOf, revisionOf, web } from '../plan/world.js'
import { live } from './live.js'

const place = (name: string, host = 'one') => {
  const color = name.endsWith('-canary') ? ('canary' as const) : ('' as const)
  return { ...live(name), color, host }
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
    ['drained', drained(two, place('web-1')), ['web-1@one 100 drain', 'web-2@one 100']],
    [
      'admitted again, in its old place',
      admitted(drained(two, place('web-1')), place('web-1'), 'b'),
      ['web-1@one 100', 'web-2@one 100'],
    ],
    ['forgotten', forgotten(two, place('web-1')), ['web-2@one 100']],
    ['somebody else is drained', drained(two, place('web-9')), ['web-1@one 100', 'web-2@one 100']],
  ])('%s', (_title, state, expected) => {
    expect(read(state)).toEqual(expected)
  })

  it('the first color that is admitted is the active one, until a switch', () => {
    const blue = { ...place('web-1'), color: 'blue' as const }
    const green = { ...place('web-2'), color: 'green' as const }
    const both = admitted(admitted(NOBODY, blue, 'a'), green, 'b')
    expect(both.active).toEqual({ web: 'blue' })
    expect(switched(both, { web: 'green' })).toEqual({ ...both, active: { web: 'green' } })
  })
})

const APART = {}
const ROUTED = { network: { betweenHosts: 'routed' as const } }

describe('the share of canaries', () => {
  const spread = all(['web-1', 'a'], ['web-2', 'b'], ['web-3', 'a'], ['web-1-canary', 'a'], ['api-1', 'a'])
  const share = (state: TrafficState, host: string): number => {
    const here = state.members.filter((m) => m.host === host && m.resource === 'web')
    const sum = (of: typeof here): number => of.reduce((total, { weight }) => total + weight, 0)
    return (100 * sum(here.filter(({ color }) => color === 'canary'))) / sum(here)
  }

  it.each([1, 10, 25, 50, 75, 99])('%i % at the edge that has one, and nothing changes elsewhere', (percent) => {
    const state = shared(spread, ['web'], { percent, topology: APART })
    expect(Math.abs(share(state, 'a') - percent)).toBeLessThan(2)
    expect(read(state).filter((line) => line.includes('@b') || line.startsWith('api'))).toEqual([
      'web-2@b 100',
      'api-1@a 100',
    ])
  })

  it.each([1, 10, 25, 50, 75, 99])('%i % at every edge, where each leads to all instances', (percent) => {
    const { members } = shared(spread, ['web'], { percent, topology: ROUTED })
    const web = members.filter(({ resource }) => resource === 'web')
    const sum = (of: typeof web): number => of.reduce((total, { weight }) => total + weight, 0)
    const canaries = web.filter(({ color }) => color === 'canary')
    expect(Math.abs((100 * sum(canaries)) / sum(web) - percent)).toBeLessThan(2)
  })

  it('of what is really in the traffic: an instance that is out of it bears none of the rest', () => {
    const state = shared(drained(spread, place('web-3', 'a')), ['web'], { percent: 10, topology: APART })
    const { members } = state
    const weight = (name: string): number => members.find(({ instance }) => instance === name)?.weight ?? NaN
    expect((100 * weight('web-1-canary')) / (weight('web-1-canary') + weight('web-1'))).toBeCloseTo(10, 0)
  })

  it('none any more: everybody has full weight, the canary none', () => {
    expect(
      read(shared(shared(spread, ['web'], { percent: 30, topology: APART }), ['web'], { percent: 0, topology: APART })),
    ).toEqual(['web-1@a 100', 'web-2@b 100', 'web-3@a 100', 'web-1-canary@a 0', 'api-1@a 100'])
  })
})

/* A host that was away comes back with an instance whose place another host has by now. */
describe('an instance that has the name of one on another host', () => {
  const revision = revisionOf(web({ network: { expose: [{ port: 4000, as: 80, protocol: 'http' }] } }), { number: 2 })
  const [replica] = replicas(revision)
  const there = (host: string, number: number) =>
    instanceOf(instanceSpec(revision, replica!, host, ''), { revision: number })
  const observed = [there('one', 2), there('two', 1)]
  const plan = planChanges({ revision, observed })
  const { stages } = procedureOf(strategyNamed('rolling'), plan, { revision })
  const lanes = stages.flatMap((stage) => (stage.name === 'remove' ? stage.lanes : []))

  it('leaves without taking that one out of the traffic', () => {
    expect(lanes.map(({ instance, host }) => `${instance}@${host}`)).toEqual(['shop-web@two'])
    const view = predictionOf({ revision, plan, observed, operation: 7 })
    const told = lanes[0]!.steps.flatMap((step) => {
      const change = kindOf(step).traffic?.(step, view)
      if (change == null) return []
      view.traffic = change.state
      return `${step.kind} on ${change.hosts?.join(', ')}: ${read(change.state).join(', ')}`
    })
    expect(told).toEqual(['drain on two: shop-web@one 100, shop-web@two 100 drain', 'forget on two: shop-web@one 100'])
  })
})
