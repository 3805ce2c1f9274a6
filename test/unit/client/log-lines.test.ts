import { expect, test } from 'vitest'
import { linesWanted, logLines } from '../../../src/client/log-lines.js'
import type { LogLine, LogOptions } from '../../../src/client/log-options.js'
import { lineTimes, writtenSince } from '../../../src/client/log-times.js'

const at = '2026-01-02T03:04:05.000Z'

test.each([
  ['a journal', '2026-01-02T04:04:05+0100 app-1 shop[42]: hello', at, 'shop[42]: hello'],
  ['a journal of another host is a line of the app', '2026-01-02T04:04:05+0100 elsewhere x', at],
  ['the time of the app', '2026-01-02T03:04:05Z hello', at],
  ['with parts of a second', '2026-01-02T03:04:05.678901Z hello', '2026-01-02T03:04:05.678Z'],
  ['with a comma, without a zone', '2026-01-02 03:04:05,678 INFO hello', '2026-01-02T03:04:05.678Z'],
  ['in brackets', '[2026-01-02 03:04:05] hello', at],
  ['with an offset', '2026-01-02 05:34:05+02:30 hello', at],
  ['behind something else', 'hello 2026-01-02T03:04:05Z', null],
  ['of a day that there is not', '2026-13-02T03:04:05Z hello', null],
  ['of none', 'hello', null],
])('the time of a line: %s', (_what, raw, time, line = raw) => {
  expect(lineTimes()('app-1', raw)).toEqual({ time, raw, line })
})

test('a line without a time has that of the line before it, of its own instance', () => {
  const timeOf = lineTimes()
  timeOf('app-1', '2026-01-02T03:04:05Z Error: boom')
  expect(timeOf('app-1', '    at main').time).toBe(at)
  expect(timeOf('app-2', '    at main').time).toBeNull()
})

test.each([
  ['2026-01-02T03:04:06Z', ['b', 'c']],
  ['2026-01-02T03:04:05Z', ['x', 'a', 'b', 'c']],
  ['2026-01-02T03:04:08Z', []],
])('written since %s: %j', (since, expected) => {
  const timeOf = lineTimes()
  const lines = ['x', '2026-01-02T03:04:05Z a', '2026-01-02T03:04:06Z b', '2026-01-02T03:04:07Z c']
  const found = writtenSince(
    lines.map((line) => timeOf('app-1', line)),
    new Date(since),
  )
  expect(found?.map(({ line }) => line.slice(-1))).toEqual(expected)
})

test.each([
  [{}, 100],
  [{ lines: 5 }, 5],
  [{ since: new Date() }, 20_000],
  [{ since: new Date(), lines: 5 }, 5],
])('of %j so many lines: %j', (options, expected) => {
  expect(linesWanted(options)).toBe(expected)
})

function shown(options: LogOptions, ...readings: [string[], number?][]): { lines: LogLine[]; remarks: string[] } {
  const [lines, remarks]: [LogLine[], string[]] = [[], []]
  const take = logLines({ ...options, remark: (text) => remarks.push(text) }, (line) => lines.push(line))
  for (const [found, cut = 0] of readings) take('app-1', found, cut)
  return { lines, remarks }
}
const [early, late] = ['2026-01-02T03:04:05Z a', '2026-01-02T03:04:07Z b']
const since = new Date('2026-01-02T03:04:06Z')
const cutRemark = 'app-1: 3 earlier lines left out: too many for one response'

test.each<[string, LogOptions, [string[], number?][], object[], string[]]>([
  ['as they are', {}, [[[early], 3]], [{ line: early }], [cutRemark]],
  ['since then', { since }, [[[early, late]]], [{ line: late }], []],
  ['since then; what was left out is older', { since }, [[[early, late], 3]], [{ line: late }], []],
  ['since then; what was left out may be newer', { since }, [[[late], 3]], [{ line: late }], [cutRemark]],
  [
    'since then, without times: the usual number, and a remark, once',
    { since },
    [[Array.from({ length: 150 }, (_, i) => `line ${i}`)], [['more']]],
    [...Array.from({ length: 100 }, (_, i) => ({ line: `line ${i + 50}` })), { line: 'more' }],
    ['app-1: its log has no times, so older lines are shown too'],
  ],
  ['nothing came', { since }, [[[]]], [], []],
  ['with times', { timestamps: true }, [[[early]]], [{ line: early, time: at }], []],
  [
    'with times that are not known',
    { timestamps: true },
    [[['x', early]], [['y']]],
    [
      { line: 'x', time: null },
      { line: early, time: at },
      { line: 'y', time: at },
    ],
    ['app-1: not all lines have a time'],
  ],
])('%s', (_what, options, readings, lines, remarks) => {
  expect(shown(options, ...readings)).toEqual({ lines: lines.map((line) => ({ instance: 'app-1', ...line })), remarks })
})
