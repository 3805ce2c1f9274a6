import { expect, it } from 'vitest'
import { dirtyHost, dirtyNames, isDirty } from '../../../src/plan/half-done.js'

it.each([
  ['as it is written down', ['b/web-1'], 'b', true],
  ['of the same name on another host', ['b/web-1'], 'a', false],
  ['of a ledger that wrote no hosts', ['web-1'], 'a', true],
  ['of another name', ['a/web-2', 'web-3'], 'a', false],
  ['of none', [], 'a', false],
])('an instance %s', (_, dirty, host, expected) => {
  const at = { host, name: 'web-1' }
  expect([isDirty(dirty, at), isDirty(new Set(dirty), at)]).toEqual([expected, expected])
})

it('people read names, each once', () => {
  expect(dirtyNames(['a/web-1', 'b/web-1', 'web-2', 'operation 7'])).toEqual(['web-1', 'web-2', 'operation 7'])
  expect(['a/web-1', 'web-2', 'operation 7'].map(dirtyHost)).toEqual(['a', null, null])
})
