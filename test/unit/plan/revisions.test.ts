import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import { keepRevisions, rollbackTarget, stableBeforeThen } from '../../../src/plan/revisions.js'
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
    ['nothing ever worked', { desired: 1, stable: null, stableBefore: [], dirty: [] }, null],
    ['nothing before the first', { desired: 1, stable: 1, stableBefore: [], dirty: [] }, null],
    ['the one before', { desired: 3, stable: 3, stableBefore: [1, 2], dirty: [] }, 2],
    ['before in time, not by number', { desired: 3, stable: 3, stableBefore: [4, 1], dirty: [] }, 1],
    ['the stable one, when the last attempt failed', { desired: 4, stable: 3, stableBefore: [1], dirty: [] }, 3],
    [
      'again where the last rollback did not get',
      {
        ...{ desired: 2, stable: 3, stableBefore: [1, 2], dirty: ['a'], revisions: many(1, 3) },
        history: [
          { kind: 'deploy', outcome: 'succeeded', revision: 3 },
          { kind: 'rollback', outcome: 'rolledBack', revision: 2 },
          { kind: 'restart', outcome: 'succeeded', revision: 3 },
        ],
      },
      2,
    ],
    [
      'the stable one, when that revision is no longer kept',
      {
        ...{ desired: 2, stable: 3, stableBefore: [1, 2], dirty: [], revisions: many(3, 3) },
        history: [{ kind: 'rollback', outcome: 'rolledBack', revision: 2 }],
      },
      3,
    ],
    [
      'the stable one, when a deploy failed after that rollback',
      {
        ...{ desired: 4, stable: 3, stableBefore: [1, 2], dirty: [], revisions: many(1, 4) },
        history: [
          { kind: 'rollback', outcome: 'rolledBack', revision: 2 },
          { kind: 'deploy', outcome: 'rolledBack', revision: 4 },
        ],
      },
      3,
    ],
    ['the stable one, when something is dirty', { desired: 3, stable: 3, stableBefore: [1], dirty: ['a'] }, 3],
  ])('%s', (_what, state, target) => {
    expect(rollbackTarget(state)).toBe(target)
  })

  it.each<[string, number[], number[], number | null]>([
    ['1 (good), 2 (bad), back to 1, 3', [1, 2, 1, 3], [1], 1],
    ['one after another', [1, 2, 3], [1, 2], 2],
    ['further back after a rollback', [1, 2, 3, 2], [1], 1],
    ['forward again', [1, 2, 1, 2], [1], 1],
    ['the same again', [1, 2, 2], [1], 1],
  ])('%s', (_what, inTime, before, target) => {
    const [last = 0] = inTime.slice(-1)
    const stableBefore = inTime.reduce<number[]>(
      (list, next, index) => stableBeforeThen(list, inTime[index - 1] ?? null, next),
      [],
    )
    expect(stableBefore).toEqual(before)
    expect(rollbackTarget({ desired: last, stable: last, stableBefore, dirty: [] })).toBe(target)
  })
})
