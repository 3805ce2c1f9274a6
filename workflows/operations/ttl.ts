import { log, proxyActivities, sleep } from '@temporalio/workflow'
import type { Activities, ExpiryAnswer, ExpiryReached } from '../../src/contracts/index.js'
import { PERMANENT } from '../../src/errors.js'
import { reportOf } from '../engine/failure.js'

const { reachExpiry } = proxyActivities<Activities>({
  startToCloseTimeout: 2 * 60_000,
  heartbeatTimeout: 6_000,
  retry: { initialInterval: 1_000, maximumInterval: 10_000, nonRetryableErrorTypes: [...PERMANENT] },
  summary: 'asks the ledger',
})

/** Times that the ledger is asked: over more than a week, in which somebody may set right what keeps it from its work. */
const TIMES = 48

/** Started by the Schedule of a topology's ttl: has the ledger destroy the topology, if this still is its time. */
export async function ttl(reached: ExpiryReached): Promise<{ answer: ExpiryAnswer }> {
  for (let times = 1; ; times += 1) {
    try {
      return { answer: await reachExpiry(reached) }
    } catch (error) {
      if (times >= TIMES) throw error
      log.warn('the ledger did not answer when a ttl was over', {
        topology: reached.topology,
        error: reportOf(error).message,
      })
      await sleep(pauseMs(times), { summary: 'until the ledger is asked again' })
    }
  }
}

/** From a minute, doubling to six hours. */
const pauseMs = (times: number): number => Math.min(60_000 * 2 ** (times - 1), 6 * 3_600_000)
