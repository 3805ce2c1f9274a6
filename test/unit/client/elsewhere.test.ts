import { expect, test } from 'vitest'
import { elsewhereNote } from '../../../src/client/elsewhere.js'
import type { HistoryEntry } from '../../../src/contracts/index.js'
import type { Action, Change } from '../../../src/plan/model.js'

const change = (action: Action): Change => ({
  ...{ action, resource: 'web', instance: 'shop-web', host: 'here', reasons: ['missing'], drift: false },
})
const from = (directory?: string, rest: Partial<HistoryEntry> = {}) =>
  ({ kind: 'deploy', outcome: 'succeeded', by: { who: 'me@laptop', directory }, ...rest }) as const
const note = 'shop was last deployed from /a: if this is another topology, give it another name'

test.each([
  ['deletes what another folder deployed', [change('delete')], [from('/a')], note],
  ['the same folder', [change('delete')], [from('/b')], null],
  ['deletes nothing', [change('create'), change('update')], [from('/a')], null],
  ['nothing was deployed', [change('delete')], [], null],
  ['a folder that is not known', [change('delete')], [from()], null],
  ['the last that succeeded', [change('delete')], [from('/a'), from('/b', { outcome: 'rolledBack' })], note],
  ['what was asked for by no deploy', [change('delete')], [from('/b'), from('/a', { kind: 'rollback' })], null],
])('a plan from /b: %s', (_what, changes, history, expected) => {
  expect(elsewhereNote({ topology: 'shop', changes }, history, '/b')).toBe(expected)
})
