import { expect, it } from 'vitest'
import type { Outcome } from '../../../src/contracts/index.js'
import { readState } from '../../../src/contracts/exported-state.js'
import { begin, operationOf } from '../../../workflows/ledger/begin.js'
import { end } from '../../../workflows/ledger/end.js'
import { replicationOf } from '../../../workflows/ledger/replication.js'
import { AT, deployed, ending, request } from './ledgers.js'

/** A ledger after a restore, of a topology that has copies. */
function after(outcome: Outcome, asked: Parameters<typeof request>[1]) {
  const state = deployed(1)
  const [revision] = state.revisions
  Object.values(revision!.topology.resources)[0]!.replicate = { to: ['b'], everyMs: 10_000, keep: 1 }
  const restore = request('restore', asked)
  return end(begin(state, restore, operationOf(state, restore, AT)), ending(outcome), AT)
}

it.each<[Outcome, Parameters<typeof request>[1], object[]]>([
  ['succeeded', { replica: 'b' }, [{ host: 'b', operation: 2 }]],
  ['needsAttention', { replica: 'b', resource: 'db' }, [{ host: 'b', resource: 'db', operation: 2 }]],
  ['rolledBack', { replica: 'b' }, []],
  ['failed', { replica: 'b' }, []],
  ['succeeded', { snapshot: 'x', resource: 'db' }, []],
])('replication hears of a restore from copies that %s: %o', (outcome, asked, restores) => {
  const state = after(outcome, asked)
  expect(replicationOf(state)).toMatchObject({ restores })
})

it('is in the history, and in an exported state as well', () => {
  const state = after('succeeded', { replica: 'b' })
  expect(state.history.at(-1)).toMatchObject({ kind: 'restore', fromReplica: { host: 'b' } })
  expect(readState(JSON.parse(JSON.stringify(state))).history).toEqual(state.history)
})
