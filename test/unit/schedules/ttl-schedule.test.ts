import { expect, it } from 'vitest'
import { firedWorkflowId, firesAt, ttlSchedule } from '../../../src/schedules/ttl-schedule.js'

const EXPIRY = { topology: 'shop', expiresAt: '2026-11-30T23:59:58.001Z', project: null, hosts: {} }

it.each([
  ['2026-11-30T23:59:58.000Z', 'topology/shop/ttl-2026-11-30T23:59:58Z'],
  // The ledger would say that it is too early.
  ['2026-11-30T23:59:58.001Z', 'topology/shop/ttl-2026-11-30T23:59:59Z'],
  ['2026-12-31T23:59:59.500Z', 'topology/shop/ttl-2027-01-01T00:00:00Z'],
])('an expiry at %s starts %s', (expiresAt, id) => {
  expect(firedWorkflowId('shop', firesAt(expiresAt))).toBe(id)
})

it('fires once, in one second of all times, also when it is late', () => {
  expect(ttlSchedule(EXPIRY, 'queue')).toMatchObject({
    scheduleId: 'topology/shop/ttl',
    spec: {
      calendars: [{ year: 2026, month: 'NOVEMBER', dayOfMonth: 30, hour: 23, minute: 59, second: 59 }],
      timezone: 'UTC',
    },
    action: { workflowType: 'ttl', workflowId: 'topology/shop/ttl', taskQueue: 'queue', args: [EXPIRY] },
    policies: { overlap: 'SKIP', catchupWindow: '365 days' },
    state: { remainingActions: 1 },
  })
})
