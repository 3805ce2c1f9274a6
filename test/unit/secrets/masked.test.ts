import { describe, expect, test } from 'vitest'
import { KnownValues } from '../../../src/secrets/known-values.js'
import { masked } from '../../../src/secrets/masked.js'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('masked', () => {
  test.each<[string, string[], string, string]>([
    ['nothing known', [], 'all as it is', 'all as it is'],
    ['a value', ['hunter22'], 'password hunter22!', 'password ***!'],
    ['a value twice', ['hunter22'], 'hunter22hunter22', '******'],
    ['one of four letters', ['abcd'], 'x abcd', 'x ***'],
    ['a shorter one, not', ['abc'], 'x abc', 'x abc'],
    ['an empty one, not', [''], 'x', 'x'],
    ['the longest first', ['secret', 'secret-long'], 'secret-long secret', '*** ***'],
    ['values that overlap', ['abcdef', 'defghi'], 'abcdefghi', '***ghi'],
    ['a value that is a pattern', ['a.*c+(d)[e]$^|\\-/'], 'xaac a.*c+(d)[e]$^|\\-/', 'xaac ***'],
    ['a value that is in the mask', ['****'], '**** a', '*** a'],
    ['a value with what replacements mean', ['$&$1'], 'x$&$1', 'x***'],
    ['in base64', ['hunter22'], `token ${base64('hunter22')}`, 'token ***'],
    ['in base64 without its end', ['hunter22'], `token ${base64('hunter22').replaceAll('=', '')};`, 'token ***;'],
    ['in base64url', ['ÿÿ>>??'], Buffer.from('ÿÿ>>??').toString('base64url'), '***'],
    ['as JSON', ['a"b\\c\u0001'], JSON.stringify({ key: 'a"b\\c\u0001' }), '{"key":"***"}'],
    ['in a URL', ['p@ss w/rd'], 'postgres://me:p%40ss%20w%2Frd@db p%40ss+w%2frd', 'postgres://me:***@db ***'],
    ['a line of several', ['-----BEGIN-----\nMIIabc\n-----END-----'], 'x MIIabc', 'x ***'],
    ['its end of line apart', ['hunter22\n'], 'hunter22', '***'],
    ['half a surrogate pair', ['abcd\ud800'], 'x abcd\ud800', 'x ***'],
  ])('%s', (_what, values, text, expected) => {
    expect(masked(text, values)).toBe(expected)
  })

  test.each(['', 'u', 'us', 'use', 'user:'])('in base64 behind %j', (before) => {
    const value = 'correct horse battery staple'
    const text = masked(base64(`${before}${value} and more`), [value])
    expect(text).toContain('***')
    const rest = text.split('***').map((part) => part.length)
    expect(Math.max(...rest)).toBeLessThan(16)
  })
})

test('known values are those placed last, and the one before', () => {
  const known = new KnownValues()
  expect(known.masked('first')).toBe('first')
  for (const value of ['first', 'second', 'third', 'fourth']) known.remember('shop/web/TOKEN', value)
  known.remember('shop/web/KEY', 'other')
  expect(known.masked('first second third fourth other')).toBe('first *** *** *** ***')
})

test('no more are kept than a worker has room for', () => {
  const known = new KnownValues()
  for (let place = 0; place < 1_001; place += 1) known.remember(`shop/web/${place}`, `value-${place}-`)
  expect(known.masked('value-0- value-1- value-1000-')).toBe('value-0- *** ***')
})
