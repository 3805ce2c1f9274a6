import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common'
import { ttlScheduleId, WorkflowType, type ExpiryReached } from '../contracts/index.js'

/** A server that was off for so long still fires when it is back: a machine may be in a cupboard over the summer. */
const CATCH_UP = '365 days'

const TOPOLOGY = defineSearchAttributeKey('Cul8erTopology', SearchAttributeType.KEYWORD)

/** The second at which a Schedule fires, ms: not before the expiry, for the ledger would refuse. */
export const firesAt = (expiresAt: string): number => Math.ceil(Date.parse(expiresAt) / 1_000) * 1_000

/**
 * The workflow that a Schedule starts when it fires at that time. Temporal adds the time to the id that the Schedule has, also when it
 * fires late.
 */
export const firedWorkflowId = (topology: string, atMs: number): string =>
  `${ttlScheduleId(topology)}-${new Date(atMs).toISOString().replace('.000Z', 'Z')}`

/** A Schedule that fires once, at the expiry. */
export function ttlSchedule(reached: ExpiryReached, taskQueue: string): ScheduleOptions {
  const { topology, expiresAt } = reached
  const at = new Date(firesAt(expiresAt))
  return {
    scheduleId: ttlScheduleId(topology),
    spec: { calendars: [momentOf(at)], timezone: 'UTC' },
    action: {
      type: 'startWorkflow',
      workflowType: WorkflowType.ttl,
      workflowId: ttlScheduleId(topology),
      taskQueue,
      args: [reached],
      typedSearchAttributes: new TypedSearchAttributes([{ key: TOPOLOGY, value: topology }]),
      staticSummary: `the ttl of ${topology} is over`,
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
    state: { remainingActions: 1, note: `destroys ${topology} at ${expiresAt}` },
  }
}

/** One second of all times. */
const momentOf = (at: Date) => ({
  year: at.getUTCFullYear(),
  month: MONTHS[at.getUTCMonth()]!,
  dayOfMonth: at.getUTCDate(),
  hour: at.getUTCHours(),
  minute: at.getUTCMinutes(),
  second: at.getUTCSeconds(),
})

const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const
