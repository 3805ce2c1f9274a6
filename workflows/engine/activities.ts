import { proxyActivities, type ActivityOptions } from '@temporalio/workflow'
import { BACKOFF, siteWatchQueue, type InspectRequest } from '../../src/contracts/index.js'
import { PERMANENT } from '../../src/errors.js'
import type { Activities } from '../../src/contracts/index.js'
import { routed } from './routed.js'

/**
 * One rule for bounds: every attempt is bounded, a dead worker is noticed by missing heartbeats, and what a retry cannot fix is not
 * retried. Which failures are retried for how long is decided where they happen (`activities/errors.ts`): there an attempt counts,
 * and so the time without a worker does not.
 */
const bounds = (attemptMs: number, attempts = MOST_ATTEMPTS): ActivityOptions => ({
  startToCloseTimeout: attemptMs,
  // Activities beat every 1.5 s; four missed beats are a dead worker.
  heartbeatTimeout: 6_000,
  retry: { ...BACKOFF, maximumAttempts: attempts, nonRetryableErrorTypes: [...PERMANENT] },
})

/** Also of those that died with their worker: a step that kills every worker that tries it comes to an end all the same. */
const MOST_ATTEMPTS = 500

const MINUTE = 60_000

/** Steps that take seconds. */
const QUICK = bounds(2 * MINUTE)
/** Steps that move a release or an image. */
const LONG = bounds(10 * MINUTE)
const UNDO = bounds(5 * MINUTE)

/** A step that changes something is over before it is undone: one that an abort left running would change it again afterwards. */
const TO_ITS_END = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } as const

/** What is tried on a host that gave no answer before: undoing fifty instances there shall not take an hour. */
const BRIEF = bounds(2 * MINUTE, 2)

type Options = {
  summary: string
  waitMs?: number
  /** How long a site may have no worker; absent: for good, because a deadline or a person ends it. */
  siteMs?: number | undefined
}

/** Activities of one step; `summary` is what the Web UI shows beside the activity's name. */
export const quick = ({ summary, siteMs }: Options): Activities => routed({ ...QUICK, ...TO_ITS_END, summary }, siteMs)
export const long = ({ summary, siteMs }: Options): Activities => routed({ ...LONG, ...TO_ITS_END, summary }, siteMs)
export const briefly = ({ summary, siteMs }: Options): Activities =>
  routed({ ...BRIEF, ...TO_ITS_END, summary }, siteMs === undefined ? undefined : Math.min(siteMs, BRIEF_SITE_MS))
export const undoing = ({ summary, siteMs }: Options): Activities => routed({ ...UNDO, summary }, siteMs)

/** The same for the worker of a site that was waited for before, ms. */
const BRIEF_SITE_MS = 10_000

/** A step that waits by itself for up to `waitMs`. A worker may die in it more than once: that is no answer of the app's. */
export const waiting = ({ summary, waitMs = 0, siteMs }: Options): Activities =>
  routed({ ...bounds(waitMs + MINUTE), summary }, siteMs)

/**
 * A command of the operator's, for up to `waitMs`. When a worker dies it begins again, though not for ever: nobody knows whether it may be
 * repeated.
 */
export const lasting = ({ summary, waitMs = 0, siteMs }: Options): Activities =>
  routed({ ...bounds(waitMs + MINUTE, MOST_REPEATED), ...TO_ITS_END, summary }, siteMs)

/** Attempts at a command, of which all but the last died with their worker. */
const MOST_REPEATED = 10

/** A look that goes on until there is something to tell; one that is cancelled ends before its workflow does. */
export const watching = ({
  summary,
  waitMs = 0,
  site,
}: Options & { site?: string | undefined }): Pick<
  Activities,
  'watchHealth' | 'watchHosts' | 'lookForDrift' | 'watchLoad'
> =>
  proxyActivities<Activities>({
    ...bounds(waitMs + MINUTE),
    ...TO_ITS_END,
    taskQueue: siteWatchQueue(site),
    summary,
  })

/** ms for one round of copies: each of them ends by itself when nothing moves any more. */
const COPY_MS = 24 * 60 * MINUTE

/** Copies to other hosts, and backups; one that is cancelled ends before its workflow does, for an operation waits for that. */
export const replicating = ({
  summary,
  site,
}: Options & { site?: string | undefined }): Pick<Activities, 'replicate' | 'backUp'> =>
  proxyActivities<Activities>({ ...bounds(COPY_MS), ...TO_ITS_END, taskQueue: siteWatchQueue(site), summary })

/**
 * What another worker asked for: it waits for the answer, and tries again by itself. What nobody takes on in time is not done at all.
 */
export const relaying = ({ via, limits }: InspectRequest<'relayed'>): Pick<Activities, 'inspect'> =>
  proxyActivities<Activities>({
    taskQueue: siteWatchQueue(via.site),
    scheduleToStartTimeout: limits.startMs,
    startToCloseTimeout: limits.runMs,
    heartbeatTimeout: 6_000,
    retry: { maximumAttempts: 1 },
  })
