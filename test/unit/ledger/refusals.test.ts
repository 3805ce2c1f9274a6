import { describe, expect, it } from 'vitest'
import type { LedgerState, OperationRequest } from '../../../src/contracts/index.js'
import { expired, isExpired } from '../../../src/contracts/index.js'
import { refusal } from '../../../workflows/ledger/refusals.js'
import { after, AT, deployed, ledger, NOW, request, summary, wanted } from './ledgers.js'

describe('what is refused', () => {
  it.each<[string, LedgerState, OperationRequest, string | null]>([
    ['the first deploy', ledger(), request('deploy', { revision: wanted('d1') }), null],
    ['a deploy without a revision', ledger(), request('deploy'), 'USAGE: a deploy needs a revision'],
    ['a rollback of nothing', ledger(), request('rollback'), 'UNKNOWN_TOPOLOGY: shop is not deployed'],
    ['a destroy of nothing', ledger(), request('destroy'), 'UNKNOWN_TOPOLOGY: shop is not deployed'],
    ['a restore of nothing', ledger(), request('restore'), 'UNKNOWN_TOPOLOGY: shop is not deployed'],
    ['a snapshot of nothing', ledger(), request('snapshot'), 'UNKNOWN_TOPOLOGY: shop is not deployed'],
    ['a snapshot', deployed(1), request('snapshot', { snapshot: 'mine' }), null],
    [
      'a snapshot that is called as ours are',
      deployed(1),
      request('snapshot', { snapshot: 'pre-deploy-1-mine' }),
      'USAGE: pre-deploy-1-mine begins as the snapshots do that operations take, and prune',
    ],
    [
      'the deletion of one of ours',
      deployed(1),
      request('snapshot', { snapshot: 'pre-deploy-1-0a1b2c3d', remove: true }),
      'USAGE: pre-deploy-1-0a1b2c3d was taken by an operation, and is not deleted by hand',
    ],
    ['a rollback', deployed(2), request('rollback'), null],
    [
      'a rollback of the first',
      deployed(1),
      request('rollback'),
      'UNKNOWN_REVISION: shop has no stable revision to go back to',
    ],
    [
      'a rollback to what is not kept',
      deployed(3),
      request('rollback', { to: 9 }),
      'UNKNOWN_REVISION: revision 9 of shop is not kept',
    ],
    [
      'a second operation',
      deployed(1, { current: summary('deploy') }),
      request('deploy', { revision: wanted('x') }),
      'OPERATION_IN_PROGRESS: deploy of shop (op-7) has been in progress for 1 m 05 s',
    ],
    [
      'a move to another Incus project',
      deployed(1),
      request('deploy', { revision: { ...wanted('x'), topology: { ...wanted('x').topology, project: 'team' } } }),
      'NOT_SUPPORTED_YET: shop is deployed in no project of its own and cannot move to project team',
    ],
  ])('%s', (_what, state, asked, expected) => {
    const report = refusal(state, asked, NOW + 65_000)
    expect(report && `${report.code}: ${report.message}`).toBe(expected)
  })

  it('says what to do, and what is in progress', () => {
    expect(refusal(deployed(1, { current: summary('deploy') }), request('destroy'), NOW)).toMatchObject({
      hint: expect.stringContaining('abort') as string,
      details: { operation: 'op-7', workflowId: 'topology/shop/op/7', step: 'starting', startedAt: AT },
    })
    expect(refusal(deployed(3), request('rollback', { to: 9 }), 0)?.hint).toBe('kept revisions: 1, 2, 3')
  })
})

describe('a request has an end', () => {
  it.each<[string, string | undefined, boolean]>([
    ['before it', after(1), false],
    ['at it', AT, false],
    ['after it', after(-1), true],
    ['none', undefined, false],
  ])('%s', (_what, notAfter, expected) => {
    expect(isExpired({ notAfter }, NOW)).toBe(expected)
  })

  it('says both times, by the clock of the ledger', () => {
    expect(expired({ notAfter: after(-1_000) }, NOW)).toMatchObject({
      code: 'EXPIRED',
      message:
        'the request arrived too late: it had to start by 2026-03-01T11:59:59.000Z, and it is 2026-03-01T12:00:00.000Z',
      details: { now: AT },
    })
  })
})
