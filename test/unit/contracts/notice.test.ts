import { describe, expect, it } from 'vitest'
import {
  noticeKey,
  noticeTitle,
  noticeWorkflowId,
  recipientsOf,
  type NoticeEvent,
  type Outcome,
} from '../../../src/contracts/index.js'
import type { NoticeWord } from '../../../src/notifiers/words.js'
import type { Topology } from '../../../src/topology/model.js'

const ended = (outcome: Outcome): NoticeEvent => ({
  event: 'operationEnded',
  topology: 'shop',
  operation: 'op-3',
  number: 3,
  kind: 'deploy',
  outcome,
  who: null,
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: '2026-03-01T12:01:00.000Z',
  revision: 2,
  versions: [],
  reason: null,
  next: null,
})
const host = (event: 'hostDead' | 'hostAlive'): NoticeEvent => ({
  event,
  topology: 'shop',
  host: 'b',
  reason: null,
  at: '2026-03-01T12:00:00.000Z',
})
const drift: NoticeEvent = {
  event: 'drift',
  topology: 'shop',
  changes: [],
  reason: null,
  at: '2026-03-01T12:00:00.000Z',
}
const warning: NoticeEvent = {
  event: 'ttlWarning',
  topology: 'shop',
  expiresAt: '2026-03-01T13:00:00.000Z',
  next: 'cul8er ttl clear shop',
  at: '2026-03-01T12:00:00.000Z',
}
const unhealthy: NoticeEvent = {
  event: 'unhealthy',
  topology: 'shop',
  instance: 'shop-web-1',
  reason: 'HTTP 500',
  at: '2026-03-01T12:00:00.000Z',
}

describe('who is told', () => {
  const told = (on: NoticeWord[] | null, event: NoticeEvent): boolean => {
    const topology = { notify: [{ to: { kind: 'command', command: ['x'] }, on }] } as unknown as Topology
    return recipientsOf({ topology, sealed: {} }, event).length === 1
  }

  it.each<[NoticeWord[] | null, NoticeEvent, boolean]>([
    [null, ended('succeeded'), false],
    [null, ended('rolledBack'), true],
    [null, ended('held'), true],
    [null, ended('needsAttention'), true],
    [null, ended('failed'), true],
    [null, unhealthy, true],
    [['succeeded'], ended('succeeded'), true],
    [['succeeded'], ended('failed'), false],
    [['failed', 'held'], ended('held'), true],
    [['failed'], unhealthy, false],
    [null, host('hostDead'), true],
    [null, host('hostAlive'), false],
    [null, warning, true],
    [['ttlWarning'], warning, true],
    [['drift'], warning, false],
    [['hostAlive'], host('hostAlive'), true],
  ])('on %j, of %j: %s', (on, event, expected) => expect(told(on, event)).toBe(expected))

  it('nobody where nobody is named', () =>
    expect(recipientsOf({ topology: {} as Topology, sealed: {} }, ended('failed'))).toEqual([]))

  it('with the sealed secret of each, whatever their order', () => {
    const box = { box: 'v1:…', digest: 'd' }
    const hook = (from: 'system' | 'file', key: string) => ({
      to: { kind: 'webhook' as const, url: { secret: { from, key } } },
      on: null,
    })
    const notify = [hook('file', '/run/hook'), hook('system', 'HOOK')]
    const topology = { notify } as unknown as Topology
    expect(recipientsOf({ topology, sealed: { ':notify/HOOK': box } }, ended('failed'))).toEqual([
      { to: notify[0]?.to },
      { to: notify[1]?.to, sealed: box },
    ])
  })
})

it.each([
  [ended('failed'), 'topology/shop/op/3', 'deploy op-3 of shop: failed'],
  [unhealthy, 'topology/shop/unhealthy/shop-web-1/2026-03-01T12:00:00.000Z', 'shop-web-1 of shop: unhealthy'],
  [host('hostDead'), 'topology/shop/hostDead/b/2026-03-01T12:00:00.000Z', 'b of shop: hostDead'],
  // The same however often a ledger comes to tell it.
  [warning, 'topology/shop/ttlWarning/2026-03-01T13:00:00.000Z', 'shop: ttlWarning'],
  [drift, 'topology/shop/drift/2026-03-01T12:00:00.000Z', 'shop: drift'],
])('%j has one key, and a title', (event, key, title) => {
  expect(noticeTitle(event)).toBe(title)
  expect(noticeKey(event)).toBe(key)
  expect(noticeWorkflowId(event)).toBe(`${key}/notify`)
})
