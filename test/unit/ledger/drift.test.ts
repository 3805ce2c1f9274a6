import { describe, expect, it } from 'vitest'
import type { Drifted, DriftRecord, HostRecord, LedgerState } from '../../../src/contracts/index.js'
import type { DriftRepair } from '../../../src/topology/drift-repairs.js'
import {
  driftAfter,
  driftEvent,
  driftWatchOf,
  repairAt,
  repairNow,
  withDrift,
} from '../../../workflows/ledger/drift.js'
import { revisionOf, web } from '../plan/world.js'
import { after, AT, deployed, ending, entry, MINUTE, NOW, summary } from './ledgers.js'

const found = (instance: string, live = true): Drifted => ({
  action: live ? 'update' : 'replace',
  resource: 'web',
  instance,
  host: 'one',
  reasons: ['limits.memory is "1GiB", should be "64MiB"'],
  live,
})

const record = (changes: Drifted[], more: Partial<DriftRecord> = {}): DriftRecord => ({ at: AT, changes, ...more })

const watched = (repair: DriftRepair, over: Partial<LedgerState> = {}): LedgerState =>
  deployed(1, { revisions: [revisionOf(web({}, { drift: { every: '15m', repair } }))], ...over })

const alive: HostRecord = { state: 'alive', since: AT, lookedAt: AT }
const dead: HostRecord = { ...alive, state: 'dead' }

describe('what is looked at', () => {
  it.each<[string, LedgerState, boolean]>([
    ['a topology that declares it', watched('never'), true],
    ['none that does not', deployed(1), false],
    ['nothing while an operation is in progress', watched('all', { current: summary('deploy') }), false],
    ['nothing that a person has to decide about', watched('all', { dirty: ['shop-web'] }), false],
    ['nothing that is held', watched('all', { history: [entry('deploy', 2, 'held')] }), false],
    ['nothing that was destroyed', watched('all', { stable: null }), false],
  ])('%s', (_what, state, expected) => expect(driftWatchOf(state) !== null).toBe(expected))

  it.each<[string, Partial<LedgerState>, string]>([
    ['after the last deploy', {}, after(15 * MINUTE)],
    [
      'not after an operation that looks at one instance',
      { history: [entry('deploy', 1), { ...entry('restart', 1), endedAt: after(MINUTE) }] },
      after(15 * MINUTE),
    ],
    ['after the last look that told something', { drift: record([], { at: after(MINUTE) }) }, after(16 * MINUTE)],
    ['at once, where nothing is known', { history: [] }, new Date(15 * MINUTE).toISOString()],
  ])('first %s', (_what, over, expected) => expect(driftWatchOf(watched('never', over))?.firstAt).toBe(expected))

  it('without hosts that are left out, and with what is kept', () => {
    const over = { failover: { without: ['two'] }, standby: { names: ['shop-web-blue'], until: AT } }
    expect(driftWatchOf(watched('all', over))).toMatchObject({ without: ['two'], standby: ['shop-web-blue'] })
  })
})

describe('what is repaired', () => {
  it.each<[string, LedgerState, ReturnType<typeof repairNow>]>([
    ['nothing without drift', watched('all'), null],
    ['nothing where it is only told', watched('never', { drift: record([found('a')]) }), null],
    [
      'what is live',
      watched('live', { drift: record([found('a')]) }),
      { liveOnly: true, reason: 'drift of a (limits.memory is "1GiB", should be "64MiB")' },
    ],
    ['nothing where all of it would stop something', watched('live', { drift: record([found('a', false)]) }), null],
    [
      'all of it',
      watched('all', { drift: record([found('a', false), found('b')]) }),
      { liveOnly: false, reason: 'drift of a (limits.memory is "1GiB", should be "64MiB") and 1 more' },
    ],
    ['nothing that cannot be planned', watched('all', { drift: record([], { refused: 'a name is taken' }) }), null],
    [
      'nothing again before its time',
      watched('all', { drift: record([found('a')], { times: 1, notBefore: after(1) }) }),
      null,
    ],
    ['nothing while a person decides', watched('all', { drift: record([found('a')]), dirty: ['a'] }), null],
  ])('%s', (_what, state, expected) => expect(repairNow(state, NOW)).toEqual(expected))

  const hosts = { one: alive, two: dead, three: dead }
  it.each<[string, Partial<LedgerState>, boolean]>([
    ['not while a dead host is not left out: its instances would be made elsewhere', { hosts }, false],
    ['nor where most are gone, and a failover moves nothing', { hosts, failover: { without: ['two'] } }, false],
    ['nor after somebody aborted the failover', { hosts, failover: { without: [], notBefore: after(MINUTE) } }, false],
    ['once a failover has left them out', { hosts, failover: { without: ['two', 'three'] } }, true],
    ['where none is dead', { hosts: { one: alive } }, true],
    ['where the one that is dead is no longer declared', { hosts: { one: alive, four: dead } }, true],
  ])('%s', (_what, over, expected) => {
    const address = { address: 'localhost', platform: 'emulated' }
    const parts = { drift: { repair: 'live' }, failover: {}, hosts: { one: address, two: address, three: address } }
    const state = deployed(1, { revisions: [revisionOf(web({}, parts))], drift: record([found('a')]), ...over })
    expect(repairNow(state, NOW) !== null).toBe(expected)
  })

  it('is tried again at its time, and wakes the ledger for that once', () => {
    const state = watched('all', { drift: record([found('a')], { notBefore: after(MINUTE) }) })
    expect(repairAt(state, NOW)).toBe(NOW + MINUTE)
    expect(repairAt(state, NOW + MINUTE)).toBe(Infinity)
    expect(repairNow(state, NOW + MINUTE)).not.toBeNull()
  })
})

describe('what is known afterwards', () => {
  const both = record([found('a'), found('b', false)])
  it.each<[string, DriftRepair, Parameters<typeof driftAfter>[1]['kind'], ReturnType<typeof ending>, unknown]>([
    ['nothing after a deploy', 'never', 'deploy', ending('succeeded'), undefined],
    ['the same after one that was rolled back', 'never', 'deploy', ending('rolledBack'), both],
    ['the same after a restart', 'never', 'restart', ending('succeeded'), both],
    ['nothing after a repair of all', 'all', 'repair', ending('succeeded'), undefined],
    ['the rest after one of what is live', 'live', 'repair', ending('succeeded'), record([found('b', false)])],
    [
      'one that failed is tried again in 10 minutes',
      'all',
      'repair',
      ending('rolledBack'),
      { ...both, times: 1, notBefore: after(10 * MINUTE) },
    ],
  ])('%s', (_what, repair, kind, end, expected) =>
    expect(driftAfter(watched(repair, { drift: both }), { kind }, end, AT)).toEqual(expected),
  )

  it('a look that finds something else begins from the start', () => {
    const state = watched('all', { drift: record([found('a')], { times: 3, notBefore: after(MINUTE) }) })
    const seen = { at: after(1), changes: [found('b')] }
    expect(withDrift(state, seen).drift).toEqual(seen)
    expect(withDrift(state, { at: AT, changes: [] })).not.toHaveProperty('drift')
  })

  it('is told where there is some', () => {
    expect(driftEvent('shop', { at: AT, changes: [] })).toBeNull()
    expect(driftEvent('shop', { at: AT, changes: [found('a')] })).toEqual({
      event: 'drift',
      topology: 'shop',
      changes: [{ instance: 'a', host: 'one', reasons: ['limits.memory is "1GiB", should be "64MiB"'] }],
      reason: null,
      at: AT,
    })
    expect(driftEvent('shop', { at: AT, changes: [], refused: 'a name is taken' })?.reason).toBe('a name is taken')
  })
})
