import { expect, test } from 'vitest'
import { isServer, mayAdopt, mayEnd, type Wanted } from '../../../src/service/leftovers.js'
import { processFacts, type ProcessFacts } from '../../../src/service/process-facts.js'

const database = '/home/me/state/temporal.db'
const recorded = { pid: 7, started: '100@boot' }
const wanted: Wanted = { uid: 1000, database, binaries: ['/bin/temporal-1.8.2'], recorded }
const ours: ProcessFacts = {
  uid: 1000,
  program: '/bin/temporal-1.8.2',
  words: ['temporal', 'server', 'start-dev', '--db-filename', database],
}

test.each<[string, Partial<ProcessFacts>, { recorded?: Wanted['recorded']; pid?: number; started?: string }, boolean]>([
  ['the recorded one', {}, {}, true],
  ['one of another user', { uid: 1001 }, {}, false],
  ["one that has root's rights", { uid: 0 }, {}, false],
  ['another program with the same words', { program: '/usr/bin/python3' }, {}, false],
  ['a program that was replaced', { program: '/bin/temporal-1.8.2 (deleted)' }, {}, false],
  ['one whose program is not shown', { program: '' }, {}, false],
  ['one on another database', { words: ['temporal', 'server', 'start-dev', '--db-filename', '/other.db'] }, {}, false],
  ['one that is no server', { words: ['temporal', 'workflow', 'list', database] }, {}, false],
  ['one that started at another time', {}, { started: '200@boot' }, false],
  ['one with another pid', {}, { pid: 8 }, false],
  ['one that was never written down', {}, { recorded: null }, false],
])('%s is kept or not', (_, facts, { recorded: last = recorded, ...identity }, kept) => {
  expect(mayAdopt({ ...recorded, ...identity }, { ...ours, ...facts }, { ...wanted, recorded: last })).toBe(kept)
})

test('a process that is gone is not kept', () => {
  expect(mayAdopt(recorded, null, wanted)).toBe(false)
})

test('only what is of this user is ended', () => {
  expect([ours, { ...ours, uid: 1001 }, null].map((facts) => mayEnd(facts, wanted))).toEqual([true, false, true])
  expect(isServer({ ...ours, uid: 1001 }, wanted)).toBe(false)
})

test('what the system says of this very process', () => {
  const facts = processFacts(process.pid)
  expect(facts).toMatchObject({ uid: process.getuid?.() })
  if (process.platform === 'linux') expect(facts?.program).toBe(process.execPath)
  expect(processFacts(2 ** 22)).toBeNull()
})
