import { batchesOf, legsOf } from '../../src/plan/batches.js'
import type { Work } from '../../src/plan/work.js'
import type { Run } from '../steps/run.js'
import { runBatches } from './batches.js'
import { runLeg } from './leg.js'

/** Beyond so many instances the batches run in child workflows: 1,000 instances in one history would burst it. */
const INLINE_MOST = 120
const LEG_SIZE = 50

/** Batch after batch, each healthy and in the traffic before the next begins. */
export async function roll(run: Run, work: Work[]): Promise<void> {
  const { resources } = run.input.revision.topology
  const batches = batchesOf(work, { resources, maxParallel: run.strategy.maxParallel })
  if (work.length <= INLINE_MOST) return runBatches(run, batches)
  const legs = legsOf(batches, LEG_SIZE)
  for (const [i, leg] of legs.entries()) await runLeg(run, leg, `${i + 1} of ${legs.length}`)
}
