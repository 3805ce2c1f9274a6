import { ApplicationFailure, log, proxyActivities } from '@temporalio/workflow'
import { noticeKey, type Activities, type Announcement, type Recipient } from '../../src/contracts/index.js'
import { PERMANENT } from '../../src/errors.js'
import { NOTIFIERS } from '../../src/notifiers/notifiers.js'
import { settleAll } from '../concurrency.js'
import { reportOf } from '../engine/failure.js'

/** Tries at one recipient: after 2, 8 and 32 s and 2 min. */
const TRIES = 5

/**
 * One recipient. The attempt's own bound of 10 s is shorter than `startToCloseTimeout`; a worker that is away for an hour makes the
 * notice worthless.
 */
const teller = (summary: string): Pick<Activities, 'tell'> =>
  proxyActivities<Activities>({
    startToCloseTimeout: 30_000,
    scheduleToCloseTimeout: 60 * 60_000,
    heartbeatTimeout: 6_000,
    retry: {
      initialInterval: 2_000,
      backoffCoefficient: 4,
      maximumInterval: 120_000,
      maximumAttempts: TRIES,
      nonRetryableErrorTypes: [...PERMANENT],
    },
    summary,
  })

/**
 * Tells every recipient of one event. It belongs to no operation any more: whoever cannot be told is given up, in the log and as this
 * workflow's failure.
 * @throws ApplicationFailure NOTIFIER that names those who were not told
 */
export async function notify({ event, to }: Announcement): Promise<{ told: number }> {
  const ends = await settleAll(to.map((each) => teller(NOTIFIERS.named(each.to)).tell({ event, to: each })))
  const lost = ends.flatMap((end, index) => ('error' in end ? [whyNot(to[index], end.error)] : []))
  if (lost.length === 0) return { told: to.length }
  log.warn('gave up on a notification', { event: noticeKey(event), notTold: lost })
  throw ApplicationFailure.create({
    type: 'NOTIFIER',
    message: `${lost.length} of ${to.length} could not be told: ${lost.join('; ')}`,
    nonRetryable: true,
  })
}

const whyNot = (recipient: Recipient | undefined, error: unknown): string =>
  `${recipient === undefined ? '' : NOTIFIERS.named(recipient.to)}: ${reportOf(error).message}`
