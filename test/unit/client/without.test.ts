import { expect, test } from 'vitest'
import { hostsToLeaveOut } from '../../../src/client/without.js'
import type { LedgerState } from '../../../src/contracts/index.js'
import type { Topology } from '../../../src/topology/model.js'

const topology = (...hosts: string[]) =>
  ({ name: 'shop', hosts: Object.fromEntries(hosts.map((host) => [host, {}])) }) as unknown as Topology
const state = (...hosts: string[]) =>
  ({ topology: 'shop', revisions: [{ topology: topology(...hosts) }] }) as unknown as LedgerState

test.each<[string, string[], Topology | null, LedgerState | null, string[]]>([
  ['none', [], topology('a'), null, []],
  ['a declared one', ['a'], topology('a', 'b'), null, ['a']],
  ['one that the file does not name any more', ['old'], topology('a'), state('old'), ['old']],
  ['of what is deployed, for a destroy', ['b'], null, state('a', 'b'), ['b']],
  ['each once', ['a', 'b', 'a'], topology('a', 'b', 'c'), null, ['a', 'b']],
  ['all, for a destroy', ['a', 'b'], null, state('a', 'b'), ['a', 'b']],
])('%s', (_what, without, declared, known, expected) => {
  expect(hostsToLeaveOut(without, declared, known)).toEqual(expected)
})

test.each([
  [topology('db-1', 'web'), 'shop has no host bd-1 (did you mean db-1?)', 'its hosts are db-1, web'],
  [topology('web'), 'shop has no host bd-1', 'its hosts are web'],
])('another is refused, with the nearest name', (declared, message, hint) => {
  expect(() => hostsToLeaveOut(['bd-1'], declared, null)).toThrow(
    expect.objectContaining({ code: 'USAGE', message, hint }),
  )
})
