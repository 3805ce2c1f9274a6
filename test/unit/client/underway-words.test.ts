import { expect, test } from 'vitest'
import { pausedWords, underwayNote } from '../../../src/client/world.js'
import type { LedgerState } from '../../../src/contracts/index.js'

test.each([
  ['resume or abort', 'paused, waiting for resume or abort; step: watch at 20 %'],
  ['promote or abort', 'watch at 20 %'],
  [null, 'watch at 20 %'],
])('the step of an operation that waits for %s', (waitingFor, words) => {
  expect(pausedWords({ step: 'watch at 20 %', waitingFor })).toBe(words)
})

test('a plan made in the middle of an operation says so', () => {
  const current = { id: 'op-3', kind: 'deploy' } as LedgerState['current']
  expect(underwayNote({ topology: 'shop', current })).toBe(
    'deploy op-3 is in progress: this is what differs in the middle of it (cul8er attach shop)',
  )
  expect(underwayNote({ topology: 'shop', current: null })).toBeNull()
  expect(underwayNote(null)).toBeNull()
})
