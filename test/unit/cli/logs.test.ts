import { expect, test } from 'vitest'
import { lineText } from '../../../src/cli/commands/logs.js'
import { since } from '../../../src/cli/commands/since.js'
import { palette } from '../../../src/cli/palette.js'

// Tests run in UTC.
const now = new Date('2026-03-02T12:00:00.000Z')

test.each([
  ['10m', '2026-03-02T11:50:00.000Z'],
  ['1.5h', '2026-03-02T10:30:00.000Z'],
  ['11:30', '2026-03-02T11:30:00.000Z'],
  ['9:05:07', '2026-03-02T09:05:07.000Z'],
  ['23:30', '2026-03-01T23:30:00.000Z'],
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01 10:00', '2026-03-01T10:00:00.000Z'],
  ['2026-03-02T12:30:00+01:00', '2026-03-02T11:30:00.000Z'],
  ['2026-03-02T11:30:00.250Z', '2026-03-02T11:30:00.250Z'],
])('--since %s is %s', (text, time) => {
  expect(since(text, now).toISOString()).toBe(time)
})

test.each(['yesterday', '10', '-5m', '', '25:00', '12:60', '2026-02-30', '2026-13-01', '2026-03-01T10', '1772452800'])(
  '--since %j is refused',
  (text) => {
    expect(() => since(text, now)).toThrow("expected a duration such as '10m', or a time such as '14:30' or")
  },
)

test.each(['2026-03-02T12:00:01Z', '2027-01-01'])('--since %s is still to come', (text) => {
  expect(() => since(text, now)).toThrow('expected a time in the past; it is 2026-03-02T12:00:00.000Z now')
})

test.each([
  [{}, 'app-1 | hello'],
  [{ time: '2026-01-02T03:04:05.000Z' }, 'app-1 | 2026-01-02 03:04:05 UTC hello'],
  [{ time: null }, 'app-1 | - hello'],
])('a line: %j', (more, text) => {
  expect(lineText({ instance: 'app-1', line: 'hello', ...more }, palette({}, {}))).toBe(text)
})
