import { expect, it } from 'vitest'
import { scalingOnly } from '../../../src/plan/scaling-only.js'
import { planChanges } from '../../../src/plan/plan.js'
import { withCounts } from '../../../src/topology/counts.js'
import { instanceSpec } from '../../../src/plan/specs.js'
import { instanceOf, revisionOf, web, worldOf } from './world.js'

const replicas = { min: 1, max: 6, target: { cpu: '70%' } }
const declared = revisionOf(web({ replicas, limits: { cpu: 1 } }))
const counting = (count: number) => ({ ...declared, topology: withCounts(declared.topology, { web: count }) })
const names = (changes: readonly { action: string; instance: string }[]): string[] =>
  changes.map(({ action, instance }) => `${action} ${instance}`)

it.each<[string, number, string[]]>([
  ['more', 3, ['create shop-web-3']],
  ['fewer', 1, ['delete shop-web-2']],
])('is %s instances, and nothing of what else differs', (_, count, expected) => {
  const base = counting(2)
  const observed = worldOf(base)
  observed[0]!.config['limits.cpu'] = '4'
  // Of a revision that an imported state does not know.
  const newer = revisionOf(web({}, { resources: { api: { image: 'tiny', on: ['one'] } } }))
  const api = instanceOf(instanceSpec(newer, { resource: 'api', index: null }, 'one', ''))
  const kept = instanceOf(instanceSpec(base, { resource: 'web', index: 1 }, 'two', 'blue'), { role: 'old' })
  observed.push(api, kept)
  const whole = planChanges({ revision: counting(count), base, observed })
  expect(names(whole.changes)).toEqual(expect.arrayContaining([...expected, 'update shop-web-1', 'delete shop-api']))
  const plan = scalingOnly(whole, { web: count })
  expect(names(plan.changes)).toEqual(expected)
  expect(plan.bystanders.map(({ name }) => name)).toEqual(expect.arrayContaining(['shop-web-1', 'shop-api']))
})

it('takes nothing away of a resource that is no part of it', () => {
  const revision = counting(1)
  const whole = planChanges({ revision, base: revision, observed: worldOf(counting(4)) })
  expect(whole.changes).toHaveLength(3)
  expect(scalingOnly(whole, { api: 3 }).changes).toEqual([])
})

it('makes room where what is left over has the name of what is added', () => {
  const alone = (count: number) => {
    const { topology, ...rest } = revisionOf(web({ replicas, limits: { cpu: 1 }, on: ['one'] }))
    return { ...rest, topology: withCounts(topology, { web: count }) }
  }
  const base = alone(1)
  const left = instanceOf(instanceSpec(alone(2), { resource: 'web', index: 2 }, 'one', ''), { role: 'new' })
  const whole = planChanges({ revision: alone(2), base, observed: [...worldOf(base), left] })
  expect(names(whole.changes).sort()).toEqual(['create shop-web-2', 'delete shop-web-2'])
  expect(scalingOnly(whole, { web: 2 }).changes).toEqual(whole.changes)
})
