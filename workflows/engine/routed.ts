import { ActivityFailure, proxyActivities, TimeoutFailure, type ActivityOptions } from '@temporalio/workflow'
import { siteOfInput, siteQueue, type Activities } from '../../src/contracts/index.js'
import { failureOf } from './failure.js'

/**
 * Activities, each at the workers that reach the host that it is about.
 * @param siteMs - for how long a worker of a site is waited for that takes it on; absent: until there is one, or it is cancelled
 */
export const routed = (options: ActivityOptions, siteMs?: number): Activities =>
  new Proxy({} as Activities, {
    get: (_, type) => (input: unknown) => {
      const site = siteOfInput(input)
      const asking = (where: ActivityOptions): Promise<unknown> =>
        proxyActivities<Record<string, (input: unknown) => Promise<unknown>>>(where)[type as string]!(input)
      if (site === undefined) return asking(options)
      const where = { ...options, taskQueue: siteQueue(site) }
      return siteMs === undefined ? asking(where) : takenOn(site, siteMs, (ms) => asking({ ...where, ...ms }))
    },
  })

/**
 * Asks piece by piece: the server's clock goes on while nobody runs workflows, and no more than a piece is counted for that.
 * @throws ApplicationFailure UNREACHABLE when nobody took it on in all pieces, else as the activity does
 */
async function takenOn(
  site: string,
  ms: number,
  ask: (bound: { scheduleToStartTimeout: number }) => Promise<unknown>,
): Promise<unknown> {
  const piece = Math.max(1_000, Math.ceil(ms / PIECES))
  for (let left = ms; ; left -= piece) {
    try {
      return await ask({ scheduleToStartTimeout: piece })
    } catch (error) {
      if (!isUntaken(error)) throw error
      if (left <= piece) throw silentSite(site)
    }
  }
}

const PIECES = 10

const isUntaken = (error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof TimeoutFailure &&
  error.cause.timeoutType === 'SCHEDULE_TO_START'

/** Its hosts are as good as silent: what was to be done there is left, and named. */
const silentSite = (site: string): Error =>
  failureOf({
    code: 'UNREACHABLE',
    message: `site ${site} has no worker`,
    hint: `start one where its hosts can be reached: cul8er worker --site ${site}`,
    details: { site },
  })
