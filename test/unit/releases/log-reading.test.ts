import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LONGEST_LINE, LogReading, type LogBounds, type LogChunk } from '../../../src/releases/log-reading.js'

const ROOM: LogBounds = { bytes: 1_000_000, wholeLines: true }

function read(output: string | Uint8Array[], before: string | null = null, bounds: Partial<LogBounds> = {}): LogChunk {
  const reading = new LogReading(before, { ...ROOM, ...bounds })
  for (const chunk of typeof output === 'string' ? [Buffer.from(output)] : output) reading.take(chunk)
  return reading.end()
}

describe('what a reading gives', () => {
  test.each<[string, LogChunk, LogChunk]>([
    ['a journal', read('journal\none\ntwo\n-- cursor: s=1;i=2\n'), chunk(['one', 'two'], 'journal:s=1;i=2')],
    ['an empty journal', read('journal\n'), chunk([], 'journal:')],
    ['nothing new in a journal', read('journal\n', 'journal:s=1'), chunk([], 'journal:s=1')],
    ['a journal whose end did not arrive', read('journal\none\n', 'journal:s=1'), chunk([], 'journal:s=1')],
    ['a file', read('file 100\none\ntwo\n'), chunk(['one', 'two'], 'file:108')],
    ['a file whose last line has no end', read('file 100\none\ntw'), chunk(['one'], 'file:104')],
    [
      'the same, for somebody who does not come back',
      read('file 100\none\ntw', null, { wholeLines: false }),
      chunk(['one', 'tw'], 'file:106'),
    ],
    ['no file yet', read('file 0\n'), chunk([], 'file:0')],
    [
      'a file that was begun anew',
      read('rotated\nlast\n', 'file:900'),
      { ...chunk(['last'], 'file:0'), rotated: true },
    ],
    ['no answer', read(''), chunk([], null)],
    ['no answer, later', read('', 'file:5'), chunk([], 'file:5')],
    ['letters of several bytes', read('file 0\näö\n'), chunk(['äö'], 'file:5')],
    ['empty lines', read('file 0\n\n\n'), chunk(['', ''], 'file:2')],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected)
  })
})

test('beyond its room the last lines stay, and what is cut is counted', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`)
  const { lines: kept, cut, position } = read(`file 0\n${lines.join('\n')}\n`, null, { bytes: 100 })
  expect(kept).toEqual(lines.slice(-kept.length))
  expect(cut).toBe(100 - kept.length)
  expect(JSON.stringify(kept).length).toBeLessThanOrEqual(110)
  expect(position).toBe('file:790')
})

test.each([
  ['plain', 'x'.repeat(3 * LONGEST_LINE), LONGEST_LINE + 100],
  ['that JSON makes longer', '\u0001'.repeat(3 * LONGEST_LINE), 2_000],
])('a line is cut, %s, and the position is behind all of it', (_what, line, bytes) => {
  const { lines, position } = read(`file 0\n${line}\n`, null, { bytes })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/…$/)
  expect(JSON.stringify(lines).length).toBeLessThanOrEqual(bytes + 10)
  expect(position).toBe(`file:${line.length + 1}`)
})

test('a line without an end that is too long is not read for ever', () => {
  const { lines, position } = read(`file 0\n${'x'.repeat(2 * LONGEST_LINE)}`)
  expect([lines.length, position]).toEqual([1, `file:${2 * LONGEST_LINE}`])
})

test('however output is cut into pieces and readings, each line comes once', () => {
  const line = fc.stringMatching(/^[a-zä €]{0,12}$/)
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 30 }),
      fc.array(fc.nat(400), { maxLength: 12 }),
      fc.nat(9),
      (all, cuts, piece) => {
        const file = Buffer.from(all.map((each) => `${each}\n`).join(''))
        const seen: string[] = []
        let at = 0
        // The file has grown to each of these sizes when it is read.
        for (const size of [...cuts.map((cut) => Math.min(cut, file.length)).sort((a, b) => a - b), file.length]) {
          const output = Buffer.concat([Buffer.from(`file ${at}\n`), file.subarray(at, Math.max(at, size))])
          const pieces: Uint8Array[] = []
          for (let i = 0; i < output.length; i += piece + 1) pieces.push(output.subarray(i, i + piece + 1))
          const { lines, position } = read(pieces, `file:${at}`)
          seen.push(...lines)
          at = Number(position?.split(':')[1])
        }
        expect(seen).toEqual(all)
      },
    ),
  )
})

function chunk(lines: string[], position: string | null): LogChunk {
  return { lines, position, cut: 0, rotated: false }
}
