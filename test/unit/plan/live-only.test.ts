import { expect, it } from 'vitest'
import { isLive, liveOnly } from '../../../src/plan/live-only.js'
import { planChanges } from '../../../src/plan/plan.js'
import { revisionOf, web, worldOf } from './world.js'

it.each([
  [{ action: 'create' }, true],
  [{ action: 'start' }, true],
  [{ action: 'update', live: true }, true],
  [{ action: 'update' }, false],
  [{ action: 'replace' }, false],
  [{ action: 'delete' }, false],
] as const)('%j: %s', (change, expected) => expect(isLive(change)).toBe(expected))

it('leaves what would be stopped where it is: the edge has to know of it still', () => {
  const revision = revisionOf(web({ replicas: 3, limits: { memory: '64MiB' }, environment: { GREETING: 'hello' } }))
  const [first, second, third] = worldOf(revision)
  if (first === undefined || second === undefined || third === undefined) throw new Error('three were declared')
  first.config['limits.memory'] = '1GiB'
  second.config['environment.GREETING'] = 'bye'
  const plan = planChanges({ revision, base: revision, observed: [first, second, third] })
  expect(plan.changes.map(({ instance }) => instance)).toEqual(['shop-web-1', 'shop-web-2'])
  const { changes, bystanders } = liveOnly(plan)
  expect(changes.map(({ instance }) => instance)).toEqual(['shop-web-1'])
  expect(bystanders.map(({ name }) => name)).toEqual(['shop-web-3', 'shop-web-2'])
})
