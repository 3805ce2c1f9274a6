import { CancellationScope, condition } from '@temporalio/workflow'
import { strategyOf } from '../../src/steps/view.js'
import { durationWords } from '../../src/topology/units.js'
import { failureOf } from './failure.js'
import type { Run } from './run.js'

/**
 * Runs a strategy under the topology's progress deadline, a durable timer that stands still while the operation rests or
 * waits for a person. When it fires, what is under way is stopped, and the strategy fails like on any other error.
 * @throws ApplicationFailure TIMEOUT at the deadline
 */
export async function withDeadline(run: Run, strategy: () => Promise<void>): Promise<void> {
  const { progressDeadlineMs } = strategyOf(run)
  const change = new CancellationScope({ cancellable: true })
  const timer = new CancellationScope({ cancellable: true })
  let overdue = false
  const watch = timer
    .run(() => progressTime(run, progressDeadlineMs))
    .then(
      () => {
        overdue = true
        change.cancel()
      },
      () => undefined,
    )
  try {
    await change.run(strategy)
  } catch (error) {
    if (!overdue) throw error
    throw failureOf({
      code: 'TIMEOUT',
      message: `the operation exceeded its progress deadline of ${durationWords(progressDeadlineMs)}`,
      hint: 'raise strategy.progressDeadline, or check the step that took so long',
    })
  } finally {
    timer.cancel()
    await watch
  }
}

/** A piece of the deadline, ms: no more than this is counted for a time in which no worker was there. */
const pieceOf = (ms: number): number => Math.min(60_000, Math.max(1_000, ms / 10))

/** Waits until `ms` of progress have passed: neither rests, nor the time without a worker, count. */
async function progressTime(run: Run, ms: number): Promise<void> {
  let left = ms
  while (left > 0) {
    await condition(() => !run.steer.waits)
    const since = Date.now()
    const piece = Math.min(left, pieceOf(ms))
    await condition(() => run.steer.waits, piece)
    left -= Math.min(piece, Date.now() - since)
  }
}
