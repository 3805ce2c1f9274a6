import { describe, expect, it } from 'vitest'
import type { LiveInstance } from '../../../src/plan/planned-change.js'
import { restartPlan } from '../../../src/strategies/restart.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const image = 'cul8er/tiny'
const topology = topologyOf(
  shop('1', {
    resources: {
      db: { type: 'container', on: 'one', image, stateful: true },
      files: { type: 'container', on: 'one', image, volumes: { data: { path: '/data' } } },
    },
  }),
)

const live = (resource: string, more: Partial<LiveInstance> = {}): LiveInstance => ({
  ...{ name: `shop-${resource}-1`, resource, index: 1, color: '', host: 'one', address: null },
  ...{ role: 'live', revision: 1, digest: 'd', ...more },
})

/** What it says of replacing one instance. */
function replacing(from: LiveInstance, kind = 'replace'): string {
  const plan = restartPlan([from], { topology }, { names: [from.name], kind }, { dirty: [] })
  return 'refusal' in plan ? plan.refusal.code : plan.changes.map(({ action }) => action).join()
}

describe('a fresh instance in the place of another', () => {
  it.each<[string, LiveInstance, string]>([
    ['of one without data', live('web'), 'replace'],
    ['of one whose data is in a volume', live('files', { stateful: true }), 'replace'],
    ['of one that is declared stateful', live('db'), 'DATA_LOSS'],
    ['of one whose labels alone say so', live('web', { stateful: true }), 'DATA_LOSS'],
  ])('%s: %s', (_what, from, expected) => expect(replacing(from)).toBe(expected))

  it('is never made of one with data whose resource is named as an instance', () => {
    const both = [live('web'), live('db', { name: 'shop-db-1', resource: 'db' })]
    const asked = { names: ['shop-web-1'], kind: 'replace' }
    const renamed = { ...topology, resources: { ...topology.resources, 'shop-web-1': topology.resources.db! } }
    const other = { ...both[1]!, resource: 'shop-web-1', name: 'shop-shop-web-1-1' }
    const plan = restartPlan([both[0]!, other], { topology: renamed }, asked, { dirty: [] })
    expect(plan).toMatchObject({ refusal: { code: 'DATA_LOSS' } })
  })

  it('data is no reason not to restart', () => expect(replacing(live('db'), 'restart')).toBe('restart'))
})
