import { expect, test } from 'vitest'
import { retentionToSet, wantedRetention } from '../../../src/service/retention.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR

test.each([
  ['', null],
  [undefined, null],
  ['1h', HOUR],
  ['90d', 90 * DAY],
])('CUL8ER_RETENTION=%s asks for %s', (CUL8ER_RETENTION, ms) => {
  expect(wantedRetention({ CUL8ER_RETENTION })).toBe(ms)
})

test.each(['30', '30 days', '59m', '0s', '-1d'])('CUL8ER_RETENTION=%s is refused', (CUL8ER_RETENTION) => {
  expect(() => wantedRetention({ CUL8ER_RETENTION })).toThrow('expected a duration of at least 1h')
})

test.each([
  ['what the server began with', DAY, null, 30 * DAY],
  ['30 days', 30 * DAY, null, null],
  ['what a person chose', 7 * DAY, null, null],
  ['anything else than what is asked for', 30 * DAY, 7 * DAY, 7 * DAY],
  ['what is asked for', 7 * DAY, 7 * DAY, null],
  ['a day that is asked for', DAY, DAY, null],
])('%s', (_what, current, wanted, set) => {
  expect(retentionToSet(current, wanted)).toBe(set)
})
