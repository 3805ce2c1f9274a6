import { Cul8erError } from '../errors.js'

/** Nobody polls the queue of a site. @param site - undefined: where hosts of no site are reached from */
export const noWorker = (site: string | undefined): Cul8erError =>
  site === undefined
    ? new Cul8erError('NO_WORKER', 'no worker answers for the hosts without a site', {
        hint: 'start one with cul8er worker',
      })
    : new Cul8erError('NO_WORKER', `site ${site} has no worker`, {
        hint: `start one where its hosts can be reached: cul8er worker --site ${site}`,
        details: { site },
      })

/** A worker as Temporal knows it. */
export interface Poller {
  /** When it asked last, ms since the epoch; null: the server does not say. */
  lastAccessMs: number | null
}

/**
 * How long a worker of a site is waited for to take something on, ms. Temporal forgets a worker minutes after its end, so that there is one in
 * its list proves little; that there is none may mean that it began to ask a moment ago.
 */
export const startWithin = (pollers: readonly Poller[], nowMs: number): number =>
  pollers.some(({ lastAccessMs }) => lastAccessMs === null || lastAccessMs > nowMs - ASKS_MS) ? PRESENT_MS : ABSENT_MS

/** A poll lasts a minute, and clocks differ. */
const ASKS_MS = 2 * 60_000
const PRESENT_MS = 6_000
const ABSENT_MS = 2_000
