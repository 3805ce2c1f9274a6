import { expect, test } from 'vitest'
import { isOwn, signed, unsigned } from '../../../src/client/signed-file.js'

const key = new Uint8Array(32).fill(1)
const content = { b: [1, { d: 1, c: 2 }], a: 'x' }
const file = signed('saved plan', content, key)

test('what was signed is known again, in whatever order its keys are written', () => {
  expect(isOwn('saved plan', JSON.parse(JSON.stringify(file)), key)).toBe(true)
  expect(isOwn('saved plan', { a: 'x', mac: file.mac, b: [1, { c: 2, d: 1 }] }, key)).toBe(true)
  expect(unsigned(file)).toEqual(content)
})

test.each<[string, unknown]>([
  ['another value deep inside', { ...file, b: [1, { d: 1, c: 3 }] }],
  ['another order of a list', { ...file, b: [{ d: 1, c: 2 }, 1] }],
  ['one more key', { ...file, more: null }],
  ['a prototype of its own', JSON.parse(`{"__proto__": {"x": 1}, ${JSON.stringify(file).slice(1)}`)],
  ['a key less', { a: 'x', mac: file.mac }],
  ['no MAC', content],
  ['half a MAC', { ...file, mac: file.mac.slice(0, 32) }],
  ['a MAC in capitals', { ...file, mac: file.mac.toUpperCase() }],
  ['a MAC that is a list', { ...file, mac: [file.mac] }],
  ['nothing', null],
  ['a list', [file]],
  ['a string', 'mac'],
  ['nesting without end', { mac: file.mac, deep: JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown }],
])('%s is not ours', (_what, other) => {
  expect(isOwn('saved plan', other, key)).toBe(false)
})

test('neither another key nor another kind of file is ours', () => {
  expect(isOwn('saved plan', file, new Uint8Array(32).fill(2))).toBe(false)
  expect(isOwn('exported state', file, key)).toBe(false)
})
