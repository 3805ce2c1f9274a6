import { proxyActivities } from '@temporalio/workflow'
import { PERMANENT } from '../../src/errors.js'
import type { Activities } from '../../src/contracts/index.js'

const retry = { initialInterval: 250, maximumInterval: 10_000, nonRetryableErrorTypes: [...PERMANENT] }

/** A look at the hosts while a command waits for its answer. */
export const look = (summary: string): Pick<Activities, 'numbersInUse'> =>
  proxyActivities<Activities>({ scheduleToCloseTimeout: 8_000, retry: { ...retry, maximumAttempts: 2 }, summary })

/** Reading what came with a request. */
export const read = (summary: string): Pick<Activities, 'checkState'> =>
  proxyActivities<Activities>({ startToCloseTimeout: 30_000, retry: { ...retry, maximumAttempts: 3 }, summary })

/** Waiting, for as long as it takes: that there is no worker for a while is no answer. */
export const wait = (summary: string, forMs: number): Pick<Activities, 'awaitOperation'> =>
  proxyActivities<Activities>({ startToCloseTimeout: forMs + 60_000, heartbeatTimeout: 6_000, retry, summary })

/** What tells of a topology's ttl apart from the ledger. An operation waits for it `forMs`. */
export const keep = (
  summary: string,
  forMs: number,
): Pick<Activities, 'keepTtlSchedule' | 'labelExpiry' | 'expiryWritten'> =>
  proxyActivities<Activities>({
    startToCloseTimeout: Math.min(forMs, 60_000),
    scheduleToCloseTimeout: forMs,
    heartbeatTimeout: 6_000,
    retry: { ...retry, maximumAttempts: 3 },
    summary,
  })
