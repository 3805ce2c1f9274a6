import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { trafficFound, trafficNow } from '../../../src/plan/traffic-now.js'
import type { LiveInstance } from '../../../src/plan/planned-change.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const topology = (approach: string) => topologyOf(shop('1.0.0', { strategy: { approach } }))

/** `2-green live` is the second instance in green; `2 live drained` takes no request now. */
function live(words: string): LiveInstance {
  const [replica = '', role = 'live', drained] = words.split(' ')
  const [index, color = ''] = replica.split('-')
  return {
    name: replica,
    resource: 'web',
    index: Number(index),
    color: color as Color,
    host: 'one',
    address: role === 'stopped' ? null : `10.0.0.${index}`,
    role: role === 'stopped' ? 'live' : (role as Role),
    revision: 1,
    digest: '',
    ...(drained === undefined ? {} : { drained: true }),
  }
}

it('what a host that was away brings back of more replicas does not outvote what serves', () => {
  const one = topologyOf(shop('1.0.0', { strategy: { approach: 'blueGreen' }, web: { replicas: 1 } }))
  const found = ['1-blue', '1-green', '2-green', '3-green'].map(live)
  expect(trafficFound(one, found).active).toEqual({ web: 'blue' })
})

describe('trafficNow', () => {
  it.each<[string, string, string[], string[], string[], Color | undefined]>([
    ['what lives', 'rolling', ['1', '2'], [], ['1 ready', '2 ready'], ''],
    ['not what is stopped', 'rolling', ['1', '2 stopped'], [], ['1 ready'], ''],
    [
      'not what is new, old or a canary',
      'rolling',
      ['1', '1-green new', '2 old', '1-canary canary'],
      [],
      ['1 ready'],
      '',
    ],
    [
      'what is kept in a color of its own',
      'blueGreen',
      ['1-green', '1-blue old'],
      [],
      ['1-green ready', '1-blue ready'],
      'green',
    ],
    ['what was left half changed stays out', 'rolling', ['1', '2', '3'], ['2'], ['1 ready', '2 drain', '3 ready'], ''],
    ['so does what a lost operation left drained', 'rolling', ['1', '2 live drained'], [], ['1 ready', '2 drain'], ''],
    ['unless nothing else is there', 'rolling', ['1 live drained'], [], ['1 ready'], ''],
    ['all half changed: better than nothing', 'rolling', ['1', '2'], ['1', '2'], ['1 ready', '2 ready'], ''],
    [
      'two colors: the one with more',
      'blueGreen',
      ['1-blue', '2-blue', '3-green'],
      [],
      ['1-blue ready', '2-blue ready', '3-green ready'],
      'blue',
    ],
    [
      'half changed, and what is whole has a pool that no port leads to: better than nothing',
      'blueGreen',
      ['1-green', '2-green', '1-blue'],
      ['1-green', '2-green'],
      ['1-green ready', '2-green ready', '1-blue ready'],
      'green',
    ],
    [
      'what was left half changed stays out of the pool of its color',
      'blueGreen',
      ['1-green', '2-green', '1-blue old'],
      ['1-green'],
      ['1-green drain', '2-green ready', '1-blue ready'],
      'green',
    ],
    ['nothing lives', 'blueGreen', ['1-green new'], [], [], undefined],
  ])('%s', (_, approach, instances, dirty, members, active) => {
    const state = trafficNow(topology(approach), instances.map(live), dirty)
    expect(state.members.map(({ instance, state: s }) => `${instance} ${s}`)).toEqual(members)
    expect(state.active.web).toBe(active)
  })
})

describe('trafficFound', () => {
  it.each<[string, string, string[], string[]]>([
    ['the canary of a lost operation gets no more', 'canary', ['1', '1-canary canary'], ['1 ready', '1-canary drain']],
    ['nor what never took its place', 'rolling', ['1', '1-green new'], ['1 ready', '1-green drain']],
    ['what is stopped has nobody to drain', 'rolling', ['1', '2 old'], ['1 ready']],
    ['where nothing lives no port leads anywhere', 'blueGreen', ['1-green new'], []],
  ])('%s', (_, approach, instances, members) => {
    const state = trafficFound(topology(approach), instances.map(live))
    expect(state.members.map(({ instance, state: s }) => `${instance} ${s}`)).toEqual(members)
  })
})
