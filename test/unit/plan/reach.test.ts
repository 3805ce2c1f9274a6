import { describe, expect, it } from 'vitest'
import { behind, edgesLeadingTo, leadsTo, serverName } from '../../../src/plan/reach.js'
import type { Topology } from '../../../src/topology/model.js'

const topology = (on: string[], network?: Topology['network']): Topology =>
  ({
    hosts: { a: {}, b: {}, c: {} },
    resources: { web: { on } },
    ...(network === undefined ? {} : { network }),
  }) as unknown as Topology
const routed = (...on: string[]) => topology(on, { betweenHosts: 'routed' })

describe('which edge leads to an instance', () => {
  it.each<[string, Topology, string, string, boolean]>([
    ['its own', topology(['a', 'b']), 'a', 'a', true],
    ['no other, without a way', topology(['a', 'b']), 'b', 'a', false],
    ['any that the resource may be on, with one', routed('a', 'b'), 'b', 'a', true],
    ['none where the resource may not be', routed('a', 'b'), 'c', 'a', false],
    ['its own, also where the resource may be no more', routed('b'), 'a', 'a', true],
  ])('%s', (_, declared, edge, host, expected) => {
    expect(leadsTo(declared, edge, { host, resource: 'web' })).toBe(expected)
  })

  it('of a resource that is declared no more: its own alone', () => {
    expect(leadsTo(routed('a', 'b'), 'b', { host: 'a', resource: 'gone' })).toBe(false)
  })

  it.each<[string, Topology[], string[]]>([
    ['without a way', [topology(['a', 'b'])], ['b']],
    ['with one: its own first', [routed('a', 'b')], ['b', 'a']],
    ['that was told by an earlier revision', [topology(['b']), routed('b', 'c')], ['b', 'c']],
  ])('all of them, %s', (_, declared, expected) => {
    expect(edgesLeadingTo(declared, { host: 'b', resource: 'web' })).toEqual(expected)
  })
})

describe('the name of a server', () => {
  it('tells instances of one name on two hosts apart, and is read back', () => {
    const here = serverName('a', { instance: 'shop-web-1', host: 'a' })
    const there = serverName('a', { instance: 'shop-web-1', host: 'b' })
    expect([here, there]).toEqual(['shop-web-1', 'shop-web-1.b'])
    expect([behind('a', here), behind('a', there)]).toEqual([
      { instance: 'shop-web-1', host: 'a' },
      { instance: 'shop-web-1', host: 'b' },
    ])
  })
})
