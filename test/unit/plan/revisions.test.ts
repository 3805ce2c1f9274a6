import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import { keepRevisions, rollbackTarget } from '../../../src/plan/revisions.js'
import { revisionOf, web } from './world.js'

const many = (from: number, to: number, bytes = 0): Revision[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    ...revisionOf(web()),
    number: from + i,
    digest: 'x'.repeat(bytes),
  }))
const numbers = (revisions: Revision[]): number[] => revisions.map(({ number }) => number)
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('revisions that are kept', () => {
  it.each<[string, Revision[], (number | null)[], number[]]>([
    ['all of few', many(1, 3), [3, null], [1, 2, 3]],
    ['the newest 20', many(1, 30), [30], range(11, 30)],
    ['and what is needed, however old', many(1, 30), [30, 2, null], [2, ...range(11, 30)]],
    ['fewer where they are large', many(1, 10, 250_000), [10], [9, 10]],
    ['a needed one is kept however large', many(1, 3, 700_000), [1, 3], [1, 3]],
  ])('%s', (_what, revisions, needed, expected) => {
    expect(numbers(keepRevisions(revisions, needed))).toEqual(expected)
  })
})

describe('where a rollback goes', () => {
  it.each<[string, Parameters<typeof rollbackTarget>[0], number | null]>([
    ['nothing ever worked', { desired: 1, stable: null, succeeded: [], dirty: [] }, null],
    ['nothing before the first', { desired: 1, stable: 1, succeeded: [1], dirty: [] }, null],
    ['the one before', { desired: 3, stable: 3, succeeded: [1, 2, 3], dirty: [] }, 2],
    ['the last that worked before, not one that failed', { desired: 5, stable: 5, succeeded: [1, 2, 5], dirty: [] }, 2],
    ['the stable one, when the last attempt failed', { desired: 4, stable: 3, succeeded: [1, 3], dirty: [] }, 3],
    ['the stable one, when something is half done', { desired: 3, stable: 3, succeeded: [1, 3], dirty: ['a'] }, 3],
    ['further back after a rollback', { desired: 2, stable: 2, succeeded: [1, 2, 3, 2], dirty: [] }, 1],
  ])('%s', (_what, state, target) => {
    expect(rollbackTarget(state)).toBe(target)
  })
})
