import { expect, it } from 'vitest'
import { stateBehind } from '../../../src/plan/state-behind.js'
import { dueNow, nextDue } from '../../../workflows/ledger/due.js'
import { end } from '../../../workflows/ledger/end.js'
import { above } from '../../../workflows/ledger/numbers.js'
import { refusal } from '../../../workflows/ledger/refusals.js'
import { AT, deployed, ending, summary } from './ledgers.js'

const shown = { operation: 9, revision: 4, instances: ['shop-web-1'] }
const report = stateBehind('shop', 6, shown)
if (report === null) throw new Error('nine is above six')
const failed = ending('failed')
const behind = end(
  { ...deployed(2), current: summary('deploy') },
  { ...failed, result: { ...failed.result, error: report } },
  AT,
)
const request = { requestId: 'r', kind: 'rollback' as const, notAfter: AT }

it('an operation that finds it out leaves it written down', () => {
  expect(behind).toMatchObject({ behind: shown, stable: 2, current: null })
})

it('so does one that was taken up from a backup, and whose undo was refused as well', () => {
  const undo = [{ instance: 'shop-web-1', host: 'here', undo: 'withdraw', error: report }]
  const error = { code: 'NEEDS_ATTENTION' as const, message: 'aborted', details: { cause: { code: 'ABORTED' }, undo } }
  const left = end(
    { ...deployed(2), current: summary('deploy') },
    { ...failed, result: { ...failed.result, outcome: 'needsAttention', error } },
    AT,
  )
  expect(left).toMatchObject({ behind: shown })
})

it.each([
  ['what is asked for is refused', request, 'STATE_LOST'],
  ['unless it is forced', { ...request, force: true }, undefined],
  ['a destroy by a person takes whatever is there', { ...request, kind: 'destroy' as const }, undefined],
])('%s', (_what, asked, code) => {
  expect(refusal(behind, asked, Date.parse(AT))?.code).toBe(code)
})

it('nothing is due: its times were of what was', () => {
  const timed = { ...behind, expiresAt: AT, standby: { names: ['shop-web-1-blue'], until: AT } }
  expect([dueNow(timed, Date.parse(AT)), nextDue(timed)]).toEqual([null, Infinity])
  const { behind: _, ...known } = timed
  expect(dueNow(known, Date.parse(AT))).toBe('cleanup')
})

it('what is forced counts on above what the hosts show, and that ends it', () => {
  const next = above(behind, shown)
  expect(next).toMatchObject({ lastOperation: 9, lastRevision: 4 })
  expect(next).not.toHaveProperty('behind')
})
