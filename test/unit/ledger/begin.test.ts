import { expect, it } from 'vitest'
import type { LedgerState, OperationKind } from '../../../src/contracts/index.js'
import { begin } from '../../../workflows/ledger/begin.js'
import { AT, deployed, request, revision, summary, wanted } from './ledgers.js'

const numbers = (state: LedgerState): number[] => state.revisions.map((r) => r.number)

it('a deploy: attempted and desired, not stable', () => {
  const state = begin(
    deployed(2),
    request('deploy', { revision: wanted('d3') }),
    summary('deploy', { revision: 3, number: 7 }),
  )
  expect(state).toMatchObject({ desired: 3, attempted: 3, stable: 2, lastOperation: 7, current: { id: 'op-7' } })
  expect(state.lastRevision).toBe(3)
  expect(numbers(state)).toEqual([1, 2, 3])
  expect(state.revisions.at(-1)).toMatchObject({ number: 3, digest: 'd3' })
})

it('the ledger numbers, whatever the request says', () => {
  const state = begin(
    deployed(2),
    request('deploy', { revision: revision(9, 'd3') }),
    summary('deploy', { revision: 3 }),
  )
  expect(numbers(state)).toEqual([1, 2, 3])
})

it('the same declaration again: no new revision, but secrets as they were sealed last', () => {
  const sealed = { 'web/KEY': { box: 'new', digest: 'k' } }
  const again = { ...revision(0, 'd2'), sealed, createdAt: AT }
  const state = begin(deployed(2), request('deploy', { revision: again }), summary('deploy'))
  expect(numbers(state)).toEqual([1, 2])
  expect(state.revisions.at(-1)).toMatchObject({ number: 2, sealed, createdAt: '2026-01-01T00:00:00.000Z' })
})

it.each<[OperationKind, number, Partial<LedgerState>]>([
  ['rollback', 1, { desired: 1, attempted: 1, stable: 2 }],
  ['restore', 2, { desired: 2, attempted: 2, stable: 2 }],
  ['destroy', 2, { desired: 2, attempted: 2, stable: 2 }],
  ['cleanup', 2, { desired: 2, attempted: 2, stable: 2 }],
])('a %s', (kind, target, expected) => {
  const state = begin(deployed(2), request(kind), summary(kind, { revision: target }))
  expect(state).toMatchObject(expected)
  expect(numbers(state)).toEqual([1, 2])
})

it('keeps what is stable, what is desired, and what rollbacks go to, however old', () => {
  const old = deployed(30, { desired: 1, stable: 2, stableBefore: [3, 4, 5] })
  const state = begin(old, request('cleanup'), summary('cleanup'))
  expect(numbers(state).slice(0, 5)).toEqual([1, 2, 4, 5, 11])
  // What is gone can be gone back to no more.
  expect(state.stableBefore).toEqual([4, 5])
})

it('numbers never go down', () => {
  const high = deployed(2, { lastOperation: 40, lastRevision: 30 })
  expect(begin(high, request('rollback'), summary('rollback', { revision: 1 }))).toMatchObject({
    lastOperation: 40,
    lastRevision: 30,
  })
})
