import { describe, expect, it } from 'vitest'
import { rebuilt, refuseKnown } from '../../../src/client/rebuild.js'
import { agreeing, notRebuilt, type Found } from '../../../src/plan/found.js'
import type { Change } from '../../../src/plan/model.js'
import { revisionOf, web } from '../plan/world.js'
import { deployed, ledger, wanted } from '../ledger/ledgers.js'

const instance = (name: string, more: Partial<Found['instances'][number]> = {}): Found['instances'][number] => ({
  ...{ name, host: 'one', resource: 'web', role: 'live', release: 'shop@1.0.0', digest: 'd', revision: 4 },
  ...more,
})
const change = (name: string, more: Partial<Change> = {}): Change => ({
  ...{ action: 'update', resource: 'web', instance: name, host: 'one', reasons: ['differs'], drift: true },
  ...more,
})
const found = (instances: Found['instances'], changes: Change[] = []): Found => ({
  instances,
  changes,
  numbers: { operation: 9, revision: 4 },
})

describe('a state from the hosts alone', () => {
  it.each<[string, Found, string[]]>([
    ['all agree', found([instance('a'), instance('b')]), ['a', 'b']],
    ['one differs', found([instance('a'), instance('b')], [change('b')]), ['a']],
    ['one is to be replaced', found([instance('a')], [change('a-green', { replaces: 'a' })]), []],
    ['one never lived', found([instance('a'), instance('b', { role: 'old' })]), ['a']],
  ])('%s', (_what, all, names) => expect(agreeing(all)).toEqual(names))

  it.each<[string, Found, string | null]>([
    ['nothing there', found([]), 'NOT_FOUND'],
    ['nothing agrees', found([instance('a')], [change('a')]), 'STATE_LOST'],
    ['something agrees', found([instance('a'), instance('b')], [change('b')]), null],
  ])('%s: %s', (_what, all, code) => expect(notRebuilt('shop', all)?.code ?? null).toBe(code))

  it('has the number of the labels where all agree, and a new one where what differs could be taken for it', () => {
    const whole = rebuilt(wanted('d1'), found([instance('a'), instance('b')]))
    expect(whole).toMatchObject({ stable: 4, desired: 4, lastOperation: 9, lastRevision: 4, expiresAt: null })
    expect(whole.revisions.map(({ number }) => number)).toEqual([4])
    const partly = found([instance('a'), instance('b')], [change('b')])
    expect(rebuilt(wanted('d1'), partly)).toMatchObject({ stable: 5, lastRevision: 5 })
    const apart = found([instance('a'), instance('b', { revision: 3 })])
    expect(rebuilt(wanted('d1'), apart)).toMatchObject({ stable: 5 })
  })

  it('keeps as many instances as there are of what follows the load', () => {
    const replicas = { min: 1, max: 6, target: { cpu: '70%' } }
    const revision = revisionOf(web({ replicas, limits: { cpu: 1 } }))
    const live = [1, 2, 4].map((index) => instance(`shop-web-${index}`, { index }))
    const old = instance('shop-web-6-blue', { index: 6, role: 'old' })
    const counts = (instances: Found['instances']) =>
      rebuilt(revision, found(instances)).revisions[0]?.topology.resources.web?.replicas
    expect(counts([...live, old])).toBe(4)
    expect(counts([instance('shop-web-9', { index: 9 })])).toBe(6)
    expect(counts([old])).toBe(1)
  })

  it('does not take the place of one that is known', () => {
    expect(() => refuseKnown(deployed(1), {})).toThrow('shop is known here')
    expect(() => refuseKnown(deployed(1), { force: true })).not.toThrow()
    expect(() => refuseKnown(ledger(), {})).not.toThrow()
    expect(() => refuseKnown(null, {})).not.toThrow()
  })
})
