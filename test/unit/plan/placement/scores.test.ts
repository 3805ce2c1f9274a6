import { describe, expect, it } from 'vitest'
import { cpusOf } from '../../../../src/plan/placement/demand.js'
import { affinity, binpack, collisions, mean, spread } from '../../../../src/plan/placement/scores.js'

describe('scores, as Nomad has them', () => {
  it.each<[string, number, number]>([
    ['packing: a full host', binpack({ cpu: 0, memory: 0 }), 1],
    ['packing: an empty one', binpack({ cpu: 1, memory: 1 }), 0],
    ['packing: half of it', binpack({ cpu: 0.5, memory: 0.5 }), (20 - 2 * Math.sqrt(10)) / 18],
    ['spreading: a full host', spread({ cpu: 0, memory: 0 }), 0],
    ['spreading: an empty one', spread({ cpu: 1, memory: 1 }), 1],
    ['another of two there', collisions(1, 2) ?? NaN, -1],
    ['two of ten there', collisions(2, 10) ?? NaN, -0.3],
    ['one of two preferences', affinity({ met: 1, violated: 0, all: 2 }) ?? NaN, 0.5],
    ['the mean of what there is', mean([null, 1, -0.5]), 0.25],
    ['nothing', mean([null, null]), 0],
  ])('%s', (_, score, expected) => expect(score).toBeCloseTo(expected, 9))

  it('there is none for nobody of the resource, and for no preference', () => {
    expect([collisions(0, 3), affinity({ met: 0, violated: 0, all: 0 })]).toEqual([null, null])
  })
})

describe('CPUs of a configuration', () => {
  it.each<[Record<string, string>, number]>([
    [{}, 0],
    [{ 'limits.cpu': '' }, 0],
    [{ 'limits.cpu': '4' }, 4],
    [{ 'limits.cpu': '0-2,5' }, 4],
    [{ 'limits.cpu': '3-3' }, 1],
    [{ 'limits.cpu': 'all of them' }, 0],
    [{ 'limits.cpu.allowance': '25ms/100ms' }, 0.25],
    [{ 'limits.cpu.allowance': '150ms/100ms' }, 1.5],
    [{ 'limits.cpu': '1', 'limits.cpu.allowance': '150ms/100ms' }, 1],
    [{ 'limits.cpu': '2', 'limits.cpu.allowance': '50%' }, 2],
  ])('%j', (config, cpus) => expect(cpusOf(config)).toBe(cpus))
})
