import { expect, it } from 'vitest'
import { detailsOf } from '../../../workflows/ledger/details.js'
import { after, AT, deployed, entry, ledger, summary } from './ledgers.js'

it('a person sees it in a few lines', () => {
  const error = { code: 'UNHEALTHY' as const, message: 'HTTP 500' }
  const state = deployed(1, {
    current: summary('deploy'),
    expiresAt: after(0),
    history: [
      entry('deploy', 1),
      { ...entry('deploy', 2, 'rolledBack'), operation: 'op-2', error },
      { ...entry('cleanup', 1, 'failed'), operation: 'op-9', times: 4 },
    ],
  })
  expect(detailsOf(state, 'a cancel was ignored').split('\n')).toEqual([
    '### shop',
    'desired revision 1, attempted 1, stable 1',
    `in progress: deploy (topology/shop/op/7) since ${AT}`,
    `will be destroyed at ${AT}`,
    'a cancel was ignored',
    '',
    '- op-1 deploy to 1: succeeded',
    '- op-2 deploy to 2: rolledBack: HTTP 500',
    '- op-9 cleanup to 1: failed (4 times)',
  ])
  expect(detailsOf(ledger())).toContain('desired revision none, attempted none, stable none\nno operation in progress')
})
