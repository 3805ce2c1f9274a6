import { expect, test } from 'vitest'
import { linesInHistory, whyNone } from '../../../src/client/kept-logs.js'
import type { HistoryEntry, LedgerState } from '../../../src/contracts/index.js'

const entry = (number: number, over: object = {}): HistoryEntry =>
  ({ number, operation: `op-${number}`, outcome: 'rolledBack', ...over }) as HistoryEntry
const failed = (details: object): HistoryEntry =>
  entry(5, { error: { code: 'UNHEALTHY', message: 'not healthy', details } })
const logs = ['starting', 'boom']

test.each([
  ['of the instance that failed', failed({ instance: 'shop-web-1', logs }), { instance: 'shop-web-1', lines: logs }],
  ['of a canary', failed({ reasons: ['errors'], logs }), { instance: 'op-5', lines: logs }],
  [
    'of the cause',
    failed({ dirty: [], cause: { details: { instance: 'shop-web-1', logs } } }),
    { instance: 'shop-web-1', lines: logs },
  ],
  ['of none', failed({ instance: 'shop-web-1', logs: [] }), null],
  ['without details', entry(5, { error: { code: 'INCUS', message: '' } }), null],
  ['another operation', entry(4), null],
])('lines in the history: %s', (_what, ended, expected) => {
  expect(linesInHistory({ history: [ended] }, 5)).toEqual(expected)
})

test.each<[string, Partial<LedgerState>, string]>([
  ['in progress', { current: { number: 5 } as never }, 'cul8er attach shop follows it'],
  ['unknown', {}, 'op-5 is not in the history; cul8er history shop lists those that are'],
  ['succeeded', { history: [entry(5, { outcome: 'succeeded' })] }, 'op-5 succeeded'],
  ['undone', { history: [entry(5)] }, 'cul8er history shop op-5 shows what is kept'],
])('why there are none: %s', (_what, over, words) => {
  expect(whyNone({ topology: 'shop', history: [], current: null, ...over }, 5)).toContain(words)
})
