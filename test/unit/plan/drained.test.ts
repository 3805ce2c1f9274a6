import { expect, it } from 'vitest'
import { withDrained } from '../../../src/plan/drained.js'
import type { Exposure } from '../../../src/plan/exposure.js'
import { oursOf } from '../../../src/plan/ours.js'
import type { Server } from '../../../src/traffic/model.js'
import { revisionOf, web, worldOf } from './world.js'

const revision = revisionOf(web({ on: 'one', replicas: 2 }))
const ours = oursOf('shop', worldOf(revision))
const [first] = ours
const operation = `operation ${first?.labels.operation}`

/** What an edge does with the first instance, in one pool each. */
const edge = (host: string, ...states: Server['state'][]): Exposure => ({
  host,
  current: {
    topology: 'shop',
    routes: [],
    pools: states.map((state, i) => ({
      ...{ name: `pool-${i}`, protocol: 'http' as const, sticky: false },
      servers: [{ name: first?.name ?? '', address: '', port: 4000, weight: 100, state }],
    })),
  },
})

it.each<[string, string[], Exposure[], boolean]>([
  ['half changed by a lost operation, and drained', [operation], [edge('one', 'drain')], true],
  ['finished by it, and in the traffic', [operation], [edge('one', 'ready')], false],
  ['in the traffic by one of two ports', [operation], [edge('one', 'drain', 'ready')], false],
  ['drained by hand', [], [edge('one', 'drain')], false],
  ['drained on another host', [operation], [edge('two', 'drain')], false],
  ['not known to the edge', [operation], [edge('one')], false],
  ['with an edge that knows nothing', [operation], [{ host: 'one', current: null }], false],
])('%s', (_, dirty, exposures, drained) => {
  expect(withDrained(ours, { dirty, exposures }).map((i) => i.drained === true)).toEqual([drained, false])
})
