import { expect, it } from 'vitest'
import type { OperationRequest } from '../../../src/contracts/index.js'
import { requester } from '../../../src/client/requester.js'
import { malformedExpire, malformedImport, malformedStart, malformedTtl } from '../../../workflows/ledger/malformed.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'
import { request, wanted } from './ledgers.js'

const deploy = (): Record<string, unknown> => ({
  ...request('deploy', { revision: { ...wanted('d1'), topology: topologyOf(shop('1.0.0', { ttl: '1h' })) } }),
  by: requester({ directory: '/x', options: Array.from({ length: 5_000 }, (_, i) => `--without h${i}`) }),
})

it('what a command asks is well formed', () => {
  expect(malformedStart(deploy() as never)).toBeNull()
  expect(malformedStart(request('rollback', { to: 3, without: ['a'] }))).toBeNull()
  expect(malformedStart({ ...deploy(), refreshImages: true } as never)).toBeNull()
})

it.each<[string, unknown]>([
  ['requestId', 'x'.repeat(1_000_000)],
  ['by', { who: 'x'.repeat(1_000_000) }],
  ['by', { who: 'me', options: ['x'.repeat(1_000_000)] }],
  ['by', null],
  ['without', 'abc'],
  ['without', 5],
  ['refreshImages', 'yes'],
  ['counts', { web: 1 }],
  ['to', '1'],
  ['snapshot', {}],
  ['resource', 'x'.repeat(1_000_000)],
  ['revision', null],
  ['revision.topology.hosts', { a: null }],
  ['revision.topology.resources', null],
  ['revision.topology.project', {}],
  ['revision.topology.ttlMs', 1e300],
  ['revision.topology.ttlMs', 'x'],
  ['revision.topology.strategy.keepMs', 1e300],
  // Types of workflows that are no strategies: such an operation would never end.
  ['revision.topology.strategy.approach', 'ledger'],
  ['revision.topology.strategy.approach', 'slice'],
  ['revision.topology.strategy', undefined],
])('%s as %j is refused, in a few words', (path, value) => {
  const asked = structuredClone(deploy())
  const keys = path.split('.')
  const holder = keys.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, asked)
  holder[keys.at(-1) ?? ''] = value
  const report = malformedStart(asked as unknown as OperationRequest)
  expect(report).toMatchObject({ code: 'USAGE', message: expect.stringContaining(path) as string })
  expect(report?.message.length).toBeLessThan(500)
})

it('images are refreshed by a deploy alone', () => {
  expect(malformedStart(request('rollback', { refreshImages: true }))).toMatchObject({
    code: 'USAGE',
    message: 'refreshImages: found true, allowed true or false, for a deploy',
  })
})

it.each([undefined, 'soon', 5])('%j is no expiry', (expiresAt) => {
  expect(malformedExpire({ expiresAt } as never)).toMatchObject({ code: 'USAGE' })
})

it.each([null, 'x', 5, undefined])('%j is no request', (asked) => {
  for (const check of [malformedStart, malformedTtl, malformedExpire, malformedImport]) {
    expect(check(asked as never)).toMatchObject({ code: 'USAGE' })
  }
})
