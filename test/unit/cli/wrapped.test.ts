import { expect, test } from 'vitest'
import { laidOut, wrapped } from '../../../src/cli/render/wrapped.js'

test.each([
  ['short', 20, ['short']],
  ['from here on nothing comes back', 14, ['from here on', '  nothing', '  comes back']],
  ['a  wide gap', 7, ['a  wide', '  gap']],
  ['http://a-word-that-is-too-long of a line', 10, ['http://a-word-that-is-too-long', '  of a', '  line']],
  ['\x1b[32m✔\x1b[39m \x1b[2mdone\x1b[22m', 6, ['\x1b[32m✔\x1b[39m \x1b[2mdone\x1b[22m']],
])('%j in %i columns', (text, columns, lines) => expect(wrapped(text, '  ', columns)).toEqual(lines))

test('a terminal gets lines of its width, each with an indent of its own', () => {
  expect(laidOut('  one two three\nfour five six', { isTTY: true, columns: 10 })).toBe(
    ['  one two', '    three', 'four five', '  six'].join('\n'),
  )
})

test('a pipe gets whole lines', () => {
  expect(laidOut('one two three', { isTTY: false, columns: 5 })).toBe('one two three')
})
