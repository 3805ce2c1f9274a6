import { describe, expect, it } from 'vitest'
import type { LedgerState } from '../../../src/contracts/index.js'
import {
  expiring,
  firstExpiry,
  labelsWanted,
  NOTHING,
  reached,
  scheduleWanted,
  ttlWarning,
  warned,
  warningAt,
  withWarning,
} from '../../../workflows/ledger/ttl.js'
import { revisionOf, web } from '../plan/world.js'
import { after, AT, deployed, ledger, MINUTE, NOW, summary } from './ledgers.js'

const HOUR = 60 * MINUTE
const mortal = { ...revisionOf(web({}, { ttl: '2h' })), number: 1 }

it.each<[string, number, string | undefined]>([
  ['an hour before the end of a day', 24 * HOUR, after(23 * HOUR)],
  ['a tenth of what is left of an hour', HOUR, after(54 * MINUTE)],
  ['not of what is over', 0, undefined],
])('people are warned %s', (_what, ms, warnAt) => {
  const state = expiring(deployed(1), after(ms), AT)
  expect(state).toMatchObject({ expiresAt: after(ms) })
  expect(state.warnAt).toBe(warnAt)
  expect(expiring(state, null, AT)).toEqual(deployed(1))
})

it.each<[string, LedgerState, Parameters<typeof summary>, string | null]>([
  ['a first deploy', ledger({ revisions: [mortal] }), ['deploy', { revision: 1 }], after(2 * HOUR)],
  ['one without a ttl', deployed(1, { stable: null }), ['deploy', { revision: 1 }], null],
  ['a later one, which may fail', deployed(1, { revisions: [mortal] }), ['deploy', { revision: 1 }], null],
  ['no deploy', ledger({ revisions: [mortal] }), ['restart', { revision: 1 }], null],
])('the ttl of %s counts from its start, or not', (_what, state, current, expected) => {
  expect(firstExpiry(state, summary(...current), AT)).toBe(expected)
})

it('a new expiry is warned of, and not one at which a destroy is only tried again', () => {
  const before = deployed(1, { expiresAt: after(-1), current: summary('destroy') })
  const postponed = deployed(1, { expiresAt: after(HOUR) })
  expect(withWarning(before, postponed, AT)).toEqual(postponed)
  expect(withWarning({ ...before, current: summary('deploy') }, postponed, AT).warnAt).toBe(after(54 * MINUTE))
  const cleared = deployed(1, { warnAt: after(1) })
  expect(withWarning(before, cleared, AT)).not.toHaveProperty('warnAt')
})

it('what is told is told until the end, and not of what is gone', () => {
  const state = deployed(1, { expiresAt: after(1), warnAt: AT })
  expect(warningAt(state)).toBe(NOW)
  expect(warningAt(warned(state))).toBe(Infinity)
  expect(warningAt({ ...state, expiresAt: null })).toBe(Infinity)
  expect(warningAt({ ...state, desired: null })).toBe(Infinity)
  expect(ttlWarning(state, AT)).toEqual({
    event: 'ttlWarning',
    topology: 'shop',
    expiresAt: after(1),
    next: 'cul8er ttl clear shop',
    at: AT,
  })
  expect(ttlWarning({ ...state, expiresAt: AT }, AT)).toBeNull()
})

describe('an expiry that was reached', () => {
  it.each<[string, LedgerState, string | null, string, string | null]>([
    ['is the present one', deployed(1, { expiresAt: AT }), null, 'due', AT],
    ['was moved', deployed(1, { expiresAt: after(HOUR) }), null, 'stale', after(HOUR)],
    ['was taken away', deployed(1), null, 'stale', null],
    ['is that of the ledger before', deployed(1), AT, 'due', AT],
    ['is an older one than that', deployed(1), after(1), 'stale', null],
    ['is of nothing any more', ledger(), AT, 'gone', null],
    ['comes while it is destroyed', deployed(1, { expiresAt: AT, current: summary('destroy') }), null, 'due', AT],
  ])('%s', (_what, state, lapsed, answer, expiresAt) => {
    const after = reached(state, { expiresAt: AT }, lapsed)
    expect(after.answer).toBe(answer)
    expect(after.state).toEqual({ ...state, expiresAt })
  })
})

it('the Schedule and the labels are written again when what they say changes', () => {
  const state = deployed(1, { expiresAt: AT })
  const keys = (now: LedgerState) => [scheduleWanted(now).key, labelsWanted(now)?.key ?? null]
  expect(keys(deployed(1))).toEqual([NOTHING, NOTHING])
  expect(keys(ledger({ expiresAt: AT }))).toEqual([NOTHING, null])
  expect(new Set([keys(state), keys({ ...state, expiresAt: after(1) })].flat()).size).toBe(4)
  // An operation may have made instances.
  expect(labelsWanted({ ...state, lastOperation: 7 })?.key).not.toBe(labelsWanted(state)?.key)
  expect(labelsWanted({ ...state, current: summary('deploy') })).toBeNull()
  expect(scheduleWanted(state).expiry()).toMatchObject({ topology: 'shop', expiresAt: AT, project: null })
  expect(Object.keys(scheduleWanted(state).expiry().hosts)).not.toEqual([])
})
