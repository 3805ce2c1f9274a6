import { expect, it } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import { found } from '../../../src/plan/stale-copies.js'
import { trafficFound } from '../../../src/plan/traffic-now.js'
import { revisionOf, web, worldOf } from './world.js'

const ROUTED = { network: { betweenHosts: 'routed' } }
const of = (replicas: number, over: Record<string, unknown>): Revision =>
  revisionOf(web({ replicas, network: { expose: [{ port: 4000, as: 8080 }] } }, over), { number: 2 })

it.each<[string, Record<string, unknown>, number, string[]]>([
  ['no edge is led to a stale copy of what serves elsewhere', ROUTED, 2, ['one ready', 'two drain']],
  ['where only its own edge leads to it, it serves until it goes', {}, 2, ['one ready', 'two ready']],
  ['so does what nothing has taken the place of', ROUTED, 1, ['two ready']],
])('once a host is back, %s', (_what, over, replicas, expected) => {
  const revision = of(replicas, over)
  const [first] = worldOf(revision, { operation: 2 })
  const elsewhere = worldOf(revision, { operation: 3 }).slice(1)
  const stale = worldOf(of(2, over), { operation: 1 }).slice(1)
  const observed = [first!, ...elsewhere.map((i) => ({ ...i, host: 'one' })), ...stale]
  const plan = planChanges({ revision, base: revision, observed })
  const { members } = trafficFound(revision.topology, found(plan, revision.topology))
  const copies = members.filter(({ instance }) => instance === 'shop-web-2')
  expect(copies.map(({ host, state }) => `${host} ${state}`).sort()).toEqual(expected)
})
