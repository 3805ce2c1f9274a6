import { expect, it } from 'vitest'
import type { HistoryEntry } from '../../../src/contracts/index.js'
import { withEntry } from '../../../workflows/ledger/history.js'
import { entry } from './ledgers.js'

const numbered = (each: HistoryEntry, number: number): HistoryEntry => ({ ...each, number, operation: `op-${number}` })
const failed = (kind: 'cleanup' | 'destroy' | 'failover', number: number): HistoryEntry => ({
  ...numbered(entry(kind, 1, 'needsAttention'), number),
  automatic: true,
})
const grown = (entries: HistoryEntry[], from: HistoryEntry[] = []): HistoryEntry[] =>
  entries.reduce<HistoryEntry[]>((history, each) => withEntry(history, each), from)
const range = (count: number, of: (n: number) => HistoryEntry): HistoryEntry[] =>
  Array.from({ length: count }, (_, i) => of(i + 1))
const words = (history: HistoryEntry[]): string[] =>
  history.map(({ kind, number, times }) => `${kind} ${number}${times === undefined ? '' : ` x${times}`}`)

const deploys = (count: number): HistoryEntry[] => range(count, (n) => numbered(entry('deploy', n), n))

it('keeps 50 operations', () => {
  expect(words(grown(deploys(60))).at(0)).toBe('deploy 11')
  expect(grown(deploys(60))).toHaveLength(50)
})

it('what the ledger tries by itself pushes none of them out', () => {
  const history = grown(
    range(500, (n) => failed('cleanup', 100 + n)),
    grown(deploys(50)),
  )
  expect(words(history).at(0)).toBe('deploy 1')
  expect(words(history).slice(-2)).toEqual(['deploy 50', 'cleanup 600 x500'])
})

it('nor does a failover that fails for days push out what was restarted', () => {
  const restart = { ...entry('restart', 1, 'held'), automatic: true as const, reason: 'shop-web-1 was unhealthy' }
  const failovers = range(100, (n) => ({ ...failed('failover', 100 + n), reason: 'host b gave no sign' }))
  expect(words(grown([restart, ...failovers]))).toEqual(['restart 1', 'failover 200 x100'])
})

it('nor do cleanups that went well', () => {
  const history = grown(deploys(60).flatMap((deploy) => [deploy, entry('cleanup', 1)]))
  expect(history.filter(({ kind }) => kind === 'deploy')).toHaveLength(50)
  expect(history.filter(({ kind }) => kind === 'cleanup')).toHaveLength(20)
})

it.each<[string, HistoryEntry[], string[]]>([
  ['the same failure again is one', [failed('cleanup', 1), failed('cleanup', 2)], ['cleanup 2 x2']],
  [
    'two that fail in turn are two',
    [failed('cleanup', 1), failed('destroy', 2), failed('cleanup', 3), failed('destroy', 4)],
    ['cleanup 3 x2', 'destroy 4 x2'],
  ],
  [
    'after something else it is another one',
    [failed('cleanup', 1), numbered(entry('deploy', 1), 2), failed('cleanup', 3)],
    ['cleanup 1', 'deploy 2', 'cleanup 3'],
  ],
  [
    'a destroy that a person asked for is one of its own',
    [
      failed('destroy', 1),
      numbered(entry('destroy', 1, 'needsAttention'), 2),
      numbered(entry('destroy', 1, 'needsAttention'), 3),
    ],
    ['destroy 1', 'destroy 2', 'destroy 3'],
  ],
  [
    'one that went well ends the count',
    [failed('cleanup', 1), { ...numbered(entry('cleanup', 1), 2), automatic: true }, failed('cleanup', 3)],
    ['cleanup 1', 'cleanup 2', 'cleanup 3'],
  ],
])('%s', (_what, entries, expected) => {
  expect(words(grown(entries))).toEqual(expected)
})
