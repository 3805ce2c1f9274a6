import { expect, it } from 'vitest'
import { predictionOf } from '../../../src/steps/prediction.js'
import { settle } from '../../../src/steps/settle.js'
import type { Member } from '../../../src/plan/routes.js'
import { revisionOf, web } from '../plan/world.js'

const member = (instance: string, resource: string): Member => ({
  ...{ instance, resource, color: '', host: 'one', address: '10.0.0.1', weight: 100, state: 'ready' },
})

it.each([
  { what: 'what it left comes back', dirty: [], members: ['shop-api', 'shop-web'] },
  { what: 'but for what could not be taken back', dirty: ['shop-web'], members: ['shop-api'] },
])('edges are told the stable declaration again: $what', ({ dirty, members }) => {
  const exposed = { on: 'one', network: { expose: [{ port: 4000, as: 80 }] } }
  const [base, revision] = [revisionOf(web(exposed), { number: 1 }), revisionOf(web(exposed), { number: 2 })]
  const view = {
    ...predictionOf({ revision, base, plan: { changes: [], bystanders: [] }, observed: [], operation: 2 }),
    traffic: { members: [member('shop-api', 'api')], active: {} },
    leaving: { members: [member('shop-web', 'web')], active: { web: '' as const } },
    dirty: new Set(dirty),
  }
  const told = settle.traffic?.({ kind: 'settle', before: true }, view)
  expect(told).toMatchObject({ topology: base.topology, state: { active: { web: '' } } })
  expect(told?.state.members.map(({ instance }) => instance)).toEqual(members)
})
