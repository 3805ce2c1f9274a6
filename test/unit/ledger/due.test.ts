import { describe, expect, it } from 'vitest'
import type { LedgerState } from '../../../src/contracts/index.js'
import { dueNow, nextDue, postponed, retryMs, type Due } from '../../../workflows/ledger/due.js'
import { after, AT, deployed, ledger, MINUTE, NOW } from './ledgers.js'

const past = after(-1)
const set = (until: string) => ({ names: ['a'], until })

describe('what time brings', () => {
  it.each<[string, LedgerState, Due | null, number]>([
    ['no standby, no end', deployed(1), null, Infinity],
    ['not yet', deployed(1, { standby: set(after(1)), expiresAt: after(2) }), null, NOW + 1],
    ['the standby set', deployed(1, { standby: set(past) }), 'cleanup', NOW - 1],
    ['the end', deployed(1, { expiresAt: AT }), 'destroy', NOW],
    ['both: the cleanup first', deployed(1, { standby: set(past), expiresAt: past }), 'cleanup', NOW - 1],
    ['the end of nothing', ledger({ expiresAt: past }), null, Infinity],
  ])('%s', (_what, state, expected, next) => {
    expect(dueNow(state, NOW)).toBe(expected)
    expect(nextDue(state)).toBe(next)
  })
})

it.each<Due>(['cleanup', 'destroy'])('a %s that failed is due again, and not at once', (due) => {
  const state = postponed(
    deployed(1, { standby: due === 'cleanup' ? set(past) : null, expiresAt: due === 'cleanup' ? null : past }),
    due,
    2,
    AT,
  )
  expect(dueNow(state, NOW + 20 * MINUTE - 1)).toBeNull()
  expect(dueNow(state, NOW + 20 * MINUTE)).toBe(due)
})

it('ten minutes, doubling to a day', () => {
  expect([1, 2, 3, 8, 9, 5_000].map((times) => retryMs(times) / MINUTE)).toEqual([10, 20, 40, 1280, 1440, 1440])
})
