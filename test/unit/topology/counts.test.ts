import { expect, it } from 'vitest'
import { keepingCounts, mostReplicas, withCounts } from '../../../src/topology/counts.js'
import type { Resource, Topology } from '../../../src/topology/model.js'

const scaling = { min: 2, max: 5, target: { of: 'cpu', value: 70 }, coolDownMs: 300_000 } as const
const topology = (app: Partial<Resource>): Topology => ({ resources: { app } }) as unknown as Topology
const count = ({ resources }: Topology): number | null | undefined => resources.app?.replicas

it.each<[string, Partial<Resource>, Partial<Resource> | null, number | null]>([
  ['as many as there are', { replicas: 2, scaling }, { replicas: 4, scaling }, 4],
  ['no more than may be', { replicas: 2, scaling }, { replicas: 9, scaling }, 5],
  ['no fewer than may be', { replicas: 2, scaling }, { replicas: 1, scaling }, 2],
  ['the least at first', { replicas: 2, scaling }, null, 2],
  ['the least where there was one without a number', { replicas: 2, scaling }, { replicas: null }, 2],
  ['as many as before it followed the load', { replicas: 2, scaling }, { replicas: 3 }, 3],
  ['a fixed number as it is declared', { replicas: 3 }, { replicas: 5, scaling }, 3],
  ['none without a number', { replicas: null }, { replicas: 5, scaling }, null],
])('a deploy begins with %s', (_, declared, before, expected) => {
  const kept = keepingCounts(topology(declared), before === null ? null : topology(before))
  expect(count(kept)).toBe(expected)
})

it('leaves what was given as it is', () => {
  const given = topology({ replicas: 2, scaling })
  expect(count(withCounts(given, { app: 4, other: 9 }))).toBe(4)
  expect(count(given)).toBe(2)
})

it('knows how many there may ever be', () => {
  expect([
    mostReplicas({ replicas: 2, scaling }),
    mostReplicas({ replicas: 3 }),
    mostReplicas({ replicas: null }),
  ]).toEqual([5, 3, null])
})
