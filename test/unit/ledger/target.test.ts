import { expect, it } from 'vitest'
import type { LedgerState, OperationRequest } from '../../../src/contracts/index.js'
import { targetOf } from '../../../workflows/ledger/target.js'
import { deployed, ledger, request, wanted } from './ledgers.js'

it.each<[string, LedgerState, OperationRequest, number | null]>([
  ['the first deploy', ledger(), request('deploy', { revision: wanted('d1') }), 1],
  ['the next', deployed(3), request('deploy', { revision: wanted('new') }), 4],
  ['what is desired already: no new one', deployed(3), request('deploy', { revision: wanted('d3') }), 3],
  ['what was deployed before: a new one', deployed(3), request('deploy', { revision: wanted('d1') }), 4],
  [
    'the first after a destroy: on from there',
    ledger({ lastRevision: 9 }),
    request('deploy', { revision: wanted('d1') }),
    10,
  ],
  ['back', deployed(3), request('rollback'), 2],
  ['back, in time', deployed(3, { stableBefore: [1] }), request('rollback'), 1],
  ['back to a named one', deployed(3), request('rollback', { to: 1 }), 1],
  ['back, after a failed attempt', deployed(2, { desired: 3 }), request('rollback'), 2],
  ['back, when something is dirty', deployed(2, { dirty: ['a'] }), request('rollback'), 2],
  ['a restore stays', deployed(3), request('restore'), 3],
  ['a destroy before anything was stable', ledger({ desired: 1 }), request('destroy'), 1],
])('%s', (_what, state, asked, expected) => {
  expect(targetOf(state, asked)).toBe(expected)
})
