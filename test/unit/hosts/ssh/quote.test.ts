import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { remoteLine } from '../../../../src/hosts/ssh/remote-line.js'
import { shellLine, shellWord } from '../../../../src/hosts/ssh/quote.js'

it.each([
  ['', "''"],
  ['web-1', 'web-1'],
  ['user.cul8er.topology=t', "'user.cul8er.topology=t'"],
  ['images:debian/12', 'images:debian/12'],
  ["it's", `'it'\\''s'`],
  ["'", `''\\'''`],
  ['$HOME `id` $(id)', "'$HOME `id` $(id)'"],
  ['a b', "'a b'"],
  ['~root', "'~root'"],
  ['a\nb', "'a\nb'"],
  ['*', "'*'"],
  ['#x', "'#x'"],
  ['-x', '-x'],
])('%j is %s', (word, line) => expect(shellWord(word)).toBe(line))

it('refuses NUL, which no command can get', () => expect(() => shellWord('a\0b')).toThrow(RangeError))

it('is read back by a real shell as it was, whatever the words are', () => {
  const readBack = (words: string[]): string[] => {
    const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`])
    return stdout.toString('utf8').split('\0').slice(0, -1)
  }
  const nasty = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$',
    '`',
    '\n',
    ' ',
    '*',
    '~',
    '!',
    '#',
    '\t',
    '{a,b}',
    '$(id)',
    '-',
    'é',
  )
  const word = fc.oneof(
    fc.array(nasty, { maxLength: 12 }).map((parts) => parts.join('')),
    fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text),
  )
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      expect(readBack(words)).toEqual(words)
    }),
    { numRuns: 150 },
  )
})

it('the whole line', () =>
  expect(remoteLine(['exec', 'app', '--', 'sh', '-c', 'echo "$1"'])).toBe(
    `echo cul8er-pid $$ >&2; exec env 'LC_ALL=C' 'INCUS_REMOTE=local' 'INCUS_PROJECT=default' incus exec app -- sh -c 'echo "$1"'`,
  ))
