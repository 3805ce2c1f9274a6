import { describe, expect, it } from 'vitest'
import type { LedgerState } from '../../../src/contracts/index.js'
import { imported, importRefusal } from '../../../workflows/ledger/import.js'
import { after, AT, deployed, ledger, NOW, summary } from './ledgers.js'

const now = { nowMs: NOW }

describe('what may take the place of a state', () => {
  it.each<[string, LedgerState, LedgerState, boolean, string | undefined]>([
    ['nothing known', ledger(), deployed(2), false, undefined],
    ['the same', deployed(2), deployed(2), false, undefined],
    ['a newer one', deployed(2), deployed(3), false, undefined],
    ['an older one', deployed(3), deployed(2), false, 'STATE_NEWER'],
    ['an older one, forced', deployed(3), deployed(2), true, undefined],
    [
      'while an operation runs',
      deployed(2, { current: summary('deploy') }),
      deployed(3),
      true,
      'OPERATION_IN_PROGRESS',
    ],
    ['of another topology', deployed(2), { ...deployed(3), topology: 'other' }, true, 'USAGE'],
  ])('%s', (_what, state, file, force, expected) => {
    expect(importRefusal(state, file, { ...now, force })?.code).toBe(expected)
  })
})

describe('a state that is loaded', () => {
  it('is as it was', () => {
    const file = deployed(3, { expiresAt: after(1), standby: { names: ['a'], until: after(1) } })
    expect(imported(ledger(), file, NOW)).toEqual({ state: file, notes: [] })
  })

  it('does nothing whose time has passed, and says so', () => {
    const file = deployed(3, { expiresAt: AT, standby: { names: ['a', 'b'], until: after(-1) } })
    const { state, notes } = imported(ledger(), file, NOW)
    expect(state).toMatchObject({ expiresAt: null, standby: null })
    expect(notes).toEqual([
      'its ttl has passed, but it is not destroyed; set a new one with cul8er ttl set shop 24h',
      'the time of its standby set (a, b) has passed: the next deploy removes it',
    ])
  })

  it('knows of no host that was dead then, but of what was left out', () => {
    const host = { state: 'dead', since: AT, lookedAt: AT } as const
    const file = deployed(3, { hosts: { a: host, b: host }, failover: { without: ['b'] } })
    expect(imported(ledger(), file, NOW).state).toMatchObject({ hosts: { b: host }, failover: { without: ['b'] } })
    expect(imported(ledger(), file, NOW).state.hosts).not.toHaveProperty('a')
  })

  it('does not count down', () => {
    expect(imported(deployed(9), deployed(3), NOW).state).toMatchObject({
      stable: 3,
      lastOperation: 9,
      lastRevision: 9,
    })
    expect(imported(deployed(3), deployed(9), NOW).state).toMatchObject({ lastOperation: 9, lastRevision: 9 })
  })

  it('has no operation in progress, but what that left', () => {
    const { state, notes } = imported(ledger(), deployed(3, { current: summary('deploy'), dirty: ['a'] }), NOW)
    expect(state).toMatchObject({ current: null, dirty: ['a', 'operation 7'] })
    expect(notes).toEqual(['op-7 was in progress when it was exported: what that changed counts as dirty'])
  })
})
