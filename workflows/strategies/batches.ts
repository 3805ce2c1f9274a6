import type { Work } from '../../src/plan/work.js'
import { confirm } from '../steps/confirm.js'
import { carryOut } from '../steps/instance.js'
import type { Run } from '../steps/run.js'

/** One batch after another; what the last one brought is looked at once more at the end. */
export async function runBatches(run: Run, batches: Work[][]): Promise<void> {
  for (const batch of batches) await runBatch(run, batch)
  await confirm(
    run,
    batches.at(-1)?.map(({ instance }) => instance),
  )
}

/** All of a batch to its end, good or bad: an undo must not begin while a neighbour still works. */
async function runBatch(run: Run, batch: Work[]): Promise<void> {
  const ends = await Promise.allSettled(batch.map((work) => carryOut(run, work)))
  const failure = ends.find((end): end is PromiseRejectedResult => end.status === 'rejected')
  if (failure !== undefined) throw failure.reason
}
