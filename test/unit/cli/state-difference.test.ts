import { expect, it } from 'vitest'
import type { LedgerState } from '../../../src/contracts/index.js'
import { palette } from '../../../src/cli/palette.js'
import { differenceText, stateDifference } from '../../../src/cli/render/state-difference.js'
import { AT, deployed, entry, ledger, revision, summary } from '../ledger/ledgers.js'

const op = (number: number) => ({ ...entry('deploy', number), operation: `op-${number}`, number })
const past = (...numbers: number[]) => ({ history: numbers.map(op) })
const standby = { names: ['shop-web-1-a'], until: AT }

it.each<[string, LedgerState, LedgerState, [what: string, here: string, file: string][]]>([
  ['the same', deployed(2), deployed(2), []],
  [
    'an older file',
    deployed(2, { ...past(1, 2), revisions: [revision(1), revision(2)] }),
    deployed(1, { ...past(1), revisions: [revision(1)] }),
    [
      ['last operation', 'op-2', 'op-1'],
      ['desired revision', '2', '1'],
      ['stable revision', '2', '1'],
      ['rollback goes to', '1', '-'],
      ['revision 2', 'of 2026-01-01 00:00:00 UTC', '-'],
      ['op-2', 'deploy succeeded at 2026-03-01 12:00:00 UTC', '-'],
    ],
  ],
  [
    'a revision of the same number and something else in it',
    deployed(1, { revisions: [revision(1, 'aaaaaaaa1')] }),
    deployed(1, { revisions: [revision(1, 'bbbbbbbb2')] }),
    [['revision 1', 'of 2026-01-01 00:00:00 UTC, digest aaaaaaaa', 'of 2026-01-01 00:00:00 UTC, digest bbbbbbbb']],
  ],
  [
    'a standby set and a ttl',
    deployed(1, { standby }),
    deployed(1, { expiresAt: AT }),
    [
      ['standby', 'shop-web-1-a until 2026-03-01 12:00:00 UTC', '-'],
      ['ttl', '-', 'destroyed at 2026-03-01 12:00:00 UTC'],
    ],
  ],
  [
    'what is dirty, and an operation that was in progress',
    deployed(1, { dirty: ['b', 'a'] }),
    deployed(1, { current: summary('deploy') }),
    [
      ['in progress', '-', 'deploy op-7'],
      ['dirty instances', 'a, b', '-'],
    ],
  ],
  [
    'nothing here',
    ledger(),
    deployed(1, { revisions: [], history: [] }),
    [
      ['last operation', '-', 'op-1'],
      ['desired revision', '-', '1'],
      ['stable revision', '-', '1'],
    ],
  ],
])('%s', (_, here, file, rows) => {
  const plain = (state: LedgerState): LedgerState => ({ ...state, history: state.history.map((each) => ({ ...each })) })
  expect(stateDifference(plain(here), plain(file))).toEqual(
    rows.map(([what, mine, file]) => ({ what, here: mine, file })),
  )
})

it('of many operations shows the newest', () => {
  const numbers = Array.from({ length: 12 }, (_, i) => i + 1)
  const rows = stateDifference(deployed(1, past(...numbers)), deployed(1, past()))
  expect(rows.map(({ what }) => what)).toEqual(['4 more before', ...numbers.slice(4).map((number) => `op-${number}`)])
})

it('is a table with a column for each side', () => {
  const rows = [{ what: 'ttl', here: '-', file: 'destroyed at 12:00' }]
  expect(differenceText(rows, palette({ isTTY: false }, {}))).toBe(
    ['     recorded here  in the file', 'ttl  -              destroyed at 12:00'].join('\n'),
  )
})
