import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import { hostsOf, projectRefusal } from '../../../src/plan/where.js'
import { emptyLedger } from '../../../workflows/ledger/state.js'
import type { HistoryEntry, LedgerState, OperationKind, Outcome } from '../../../src/contracts/index.js'
import { revisionOf, web } from './world.js'

const AT = '2026-03-01T12:00:00.000Z'
const entry = (kind: OperationKind, revision: number, outcome: Outcome = 'succeeded'): HistoryEntry => ({
  operation: 'op-1',
  number: 1,
  kind,
  outcome,
  revision,
  startedAt: AT,
  endedAt: AT,
})
const good = [entry('deploy', 1), entry('deploy', 2)]

/** A revision that has one host, by default a machine of that name. */
function on(number: number, host: string, machine = host): Revision {
  const base = revisionOf(web())
  const hosts = {
    [host]: { address: `root@${machine}`, platform: 'debian', kind: 'ssh', credentials: null },
  } as Revision['topology']['hosts']
  return { ...base, number, topology: { ...base.topology, hosts } }
}

describe('where something of a topology may be', () => {
  it.each<[string, HistoryEntry[], Partial<LedgerState>, string]>([
    ['its own and the stable one', good, {}, 'b d'],
    ['not an attempt that was undone', [...good, entry('deploy', 3, 'rolledBack')], {}, 'b d'],
    ['an attempt that left something', [...good, entry('deploy', 3, 'needsAttention')], {}, 'b c d'],
    ['an attempt that is held', [...good, entry('rollback', 3, 'held')], {}, 'b c d'],
    ['not one before the last success', [entry('deploy', 3, 'needsAttention'), ...good], {}, 'b d'],
    ['a set that is kept from before', good, { standby: { names: ['x'], until: AT } }, 'a b d'],
    ['nothing was ever stable', [], { stable: null }, 'd'],
  ])('%s', (_, history, over, expected) => {
    const revisions = [on(1, 'a'), on(2, 'b'), on(3, 'c'), on(4, 'd')]
    const hosts = hostsOf({ ...emptyLedger('shop'), revisions, stable: 2, history, ...over }, 4)
    expect(Object.keys(hosts).sort().join(' ')).toBe(expected)
  })

  it('a machine that got another name is one machine, by its newest name', () => {
    const revisions = [on(1, 'old', 'm'), on(2, 'new', 'm')]
    expect(Object.keys(hostsOf({ ...emptyLedger('shop'), revisions, stable: 1 }, 2))).toEqual(['new'])
  })
})

describe('another Incus project', () => {
  const inProject = (project: string | null) => ({ name: 'shop', project })
  const past = (project: string | null, over: Partial<LedgerState> = {}): LedgerState => {
    const base = revisionOf(web())
    const revisions = [{ ...base, topology: { ...base.topology, project } }]
    return { ...emptyLedger('shop'), revisions, desired: 1, stable: 1, ...over }
  }

  it.each<[string, LedgerState, string | null, string | null]>([
    ['the same', past('a'), 'a', null],
    ['none, as before', past(null), null, null],
    ['another', past('a'), 'b', 'shop is deployed in project a and cannot move to project b'],
    ['out of one', past('a'), null, 'shop is deployed in project a and cannot move to no project of its own'],
    ['into one', past(null), 'b', 'shop is deployed in no project of its own and cannot move to project b'],
    ['another, before anything was deployed', emptyLedger('shop'), 'b', null],
    ['another, after a first deploy that left nothing', past('a', { stable: null }), 'b', null],
    [
      'another, after a first deploy that left something',
      past('a', { stable: null, dirty: ['shop-web-1'] }),
      'b',
      'shop is deployed in project a and cannot move to project b',
    ],
  ])('%s', (_, state, project, message) => {
    expect(projectRefusal(state, inProject(project))?.message ?? null).toBe(message)
  })
})
