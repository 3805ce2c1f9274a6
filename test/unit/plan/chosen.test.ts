import { expect, it } from 'vitest'
import { chosen } from '../../../src/plan/chosen.js'
import { notComeUp } from '../../../src/plan/not-come-up.js'

const all = [
  { name: 'shop-web-1', resource: 'web' },
  { name: 'shop-web-2', resource: 'web' },
  { name: 'shop-db', resource: 'db' },
]

it.each<[names: string[], found: string[]]>([
  [[], ['shop-web-1', 'shop-web-2', 'shop-db']],
  [['web'], ['shop-web-1', 'shop-web-2']],
  [['shop-db'], ['shop-db']],
  [
    ['db', 'shop-web-2', 'web'],
    ['shop-web-1', 'shop-web-2', 'shop-db'],
  ],
])('%j means %j', (names, found) => {
  expect(chosen(all, names)).toEqual({ chosen: all.filter(({ name }) => found.includes(name)) })
})

it('what nothing is called is refused, with what there is', () => {
  expect(chosen(all, ['db', 'shop-wbe-1'])).toEqual({
    refusal: {
      code: 'USAGE',
      message: 'no resource or instance is named shop-wbe-1 (did you mean shop-web-1?)',
      hint: 'there are db, web, shop-db, shop-web-1, shop-web-2',
    },
  })
  expect(chosen([], ['web'])).toMatchObject({ refusal: { hint: 'there are no instances' } })
})

const good = { kind: 'deploy', outcome: 'succeeded' }
const held = { kind: 'restart', outcome: 'held' }
const left = { outcome: 'rolledBack', lost: ['b'] }
it.each<[title: string, history: { kind: string; outcome: string; lost?: string[] }[], names: string[]]>([
  ['a restart alone', [good, held], ['a', 'b/a']],
  ['other operations went well', [good, held, { kind: 'restore', outcome: 'rolledBack' }], ['a', 'b/a']],
  ['a deploy was held as well', [good, { kind: 'deploy', outcome: 'held' }, held], []],
  ['an undo failed as well', [good, held, { kind: 'rollback', outcome: 'needsAttention' }], []],
  ['a deploy was taken back without a host as well', [good, { kind: 'deploy', ...left }, held], []],
  ['and nothing else', [good, { kind: 'restore', ...left }], []],
  ['a restore was, but on another host', [good, { kind: 'restore', ...left, lost: ['c'] }, held], ['b/a']],
  ['a restart could not bring all back into rotation', [good, { kind: 'restart', ...left }], ['a', 'b/a']],
  ['all was well after that', [{ kind: 'deploy', outcome: 'held' }, good, held], ['a', 'b/a']],
  ['nobody knows what was before', [held], []],
])('not come up from a restart: %s', (_title, history, names) => {
  // By name alone, as ledgers of before wrote it, and by host.
  expect(notComeUp({ dirty: ['a', 'b/a'], history })).toEqual(names)
})
