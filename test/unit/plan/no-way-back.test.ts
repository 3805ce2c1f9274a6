import { expect, test } from 'vitest'
import { noWayBack } from '../../../src/plan/no-way-back.js'

const known = { topology: 'shop', desired: 3, revisions: [{ number: 2 }, { number: 3 }] }

test.each([
  ['a kept revision', known, 2, null],
  ['one that is not', known, 1, 'revision 1 of shop is not kept'],
  ['none', known, null, 'shop has no stable revision to go back to'],
  ['a kept one of what was destroyed', { ...known, desired: null }, 2, 'shop is not deployed'],
])('a rollback to %s', (_what, state, target, message) => {
  expect(noWayBack(state, target)?.message ?? null).toBe(message)
})
