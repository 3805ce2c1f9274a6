import { expect, it } from 'vitest'
import type { LedgerState, NumbersInUse } from '../../../src/contracts/index.js'
import { above, stateLost } from '../../../workflows/ledger/numbers.js'
import { deployed, ledger } from './ledgers.js'

const found = (operation: number, revision: number, instances = ['shop-web-1']): NumbersInUse => ({
  operation,
  revision,
  instances,
})

it.each<[string, LedgerState, NumbersInUse, boolean]>([
  ['nothing is there', ledger(), found(0, 0, []), false],
  ['instances that nobody here made', ledger(), found(41, 12), true],
  ['what a first deploy left that failed', ledger({ lastOperation: 2, lastRevision: 1 }), found(2, 1), false],
  ['more than a first deploy left', ledger({ lastOperation: 2, lastRevision: 1 }), found(3, 1), true],
  ['after an import of an older state', deployed(2), found(41, 12), false],
])('%s', (_what, state, inUse, expected) => {
  expect(stateLost(state, inUse)?.code).toBe(expected ? 'STATE_LOST' : undefined)
})

it('says what was lost and what to do', () => {
  const report = stateLost(ledger(), found(41, 12, ['a', 'b', 'c', 'd', 'e', 'f']))
  expect(report?.message).toContain('up to operation 41, revision 12 (a, b, c, d, e …)')
  expect(report?.hint).toContain('cul8er state import FILE')
  expect(report?.hint).toContain('--force')
})

it('the ledger counts on above what is in use', () => {
  expect(above(deployed(2), found(41, 12))).toMatchObject({ lastOperation: 41, lastRevision: 12 })
  expect(above(deployed(50), found(41, 12))).toMatchObject({ lastOperation: 50, lastRevision: 50 })
})
