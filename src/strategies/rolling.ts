import type { Stage } from '../contracts/index.js'
import { batchesOf } from '../plan/batches.js'
import type { PlannedChange } from '../plan/planned-change.js'
import { laneOf } from './lanes.js'
import type { Outline, Settings, Strategy } from './strategy.js'

/** Batch after batch in place, each healthy and in the traffic before the next begins. */
export const rolling: Strategy<'rolling'> = {
  name: 'rolling',
  summary: 'one batch after the other, in place',
  aliases: [],
  outline: (changes, settings) => rolled(changes, settings),
}

/** The batches of some changes, with what they replace. */
export function rolled(
  changes: readonly PlannedChange[],
  settings: Settings,
  { maxParallel }: { maxParallel: number } = settings.revision.topology.strategy,
): Outline {
  const { resources } = settings.revision.topology
  const batches = batchesOf(changes, { resources, maxParallel })
  return {
    stages: batches.map((batch, i): Stage => ({
      name: `batch ${i + 1} of ${batches.length}`,
      lanes: batch.map((each) => laneOf(each, settings)),
    })),
    gone: changes.flatMap(({ action, from }) => (action === 'replace' && from !== null ? [from] : [])),
    standby: [],
  }
}
