import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import { PERMANENT } from '../../src/errors.js'
import type { Activities } from '../../src/contracts/index.js'

/**
 * One rule for bounds: every attempt and the whole are bounded, a dead worker is noticed by missing heartbeats, and what a
 * retry cannot mend is not retried.
 */
const bounds = (attemptMs: number, wholeMs: number, attempts: number): ActivityOptions => ({
  startToCloseTimeout: attemptMs,
  scheduleToCloseTimeout: wholeMs,
  // Activities beat every 1.5 s; four missed beats are a dead worker.
  heartbeatTimeout: 6_000,
  retry: {
    initialInterval: 250,
    backoffCoefficient: 2,
    maximumInterval: 10_000,
    maximumAttempts: attempts,
    nonRetryableErrorTypes: [...PERMANENT],
  },
})

const MINUTE = 60_000

/** Steps that take seconds. A host that is away for a short while is waited for. */
const QUICK = bounds(2 * MINUTE, 6 * MINUTE, 8)
/** Steps that move a release or an image. */
const LONG = bounds(10 * MINUTE, 20 * MINUTE, 6)
/** Undo is tried harder: it is what stands between a failure and a mess. */
const UNDO = bounds(5 * MINUTE, 15 * MINUTE, 10)

/** A step that changes something is over before it is undone: one that an abort left running would change it again afterwards. */
const TO_ITS_END = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } as const

/** What is tried on a host that gave no answer before: undoing fifty instances there shall not take an hour. */
const BRIEF = bounds(2 * MINUTE, 3 * MINUTE, 2)

type Options = { summary: string; waitMs?: number }

/** Activities of one step; `summary` is what the Web UI shows beside the activity's name. */
export const quick = ({ summary }: Options): Activities =>
  proxyActivities<Activities>({ ...QUICK, ...TO_ITS_END, summary })
export const long = ({ summary }: Options): Activities =>
  proxyActivities<Activities>({ ...LONG, ...TO_ITS_END, summary })
export const briefly = ({ summary }: Options): Activities =>
  proxyActivities<Activities>({ ...BRIEF, ...TO_ITS_END, summary })
export const undoing = ({ summary }: Options): Activities => proxyActivities<Activities>({ ...UNDO, summary })

/** A step that waits by itself for up to `waitMs`. A worker may die in it more than once: that is no answer of the app's. */
export const waiting = ({ summary, waitMs = 0 }: Options): Activities =>
  proxyActivities<Activities>({ ...bounds(waitMs + MINUTE, 2 * waitMs + 4 * MINUTE, 10), summary })
