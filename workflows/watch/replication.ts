import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import { onlySite, type ReplicationInput, type ReplicationRound } from '../../src/contracts/index.js'
import { replicating } from '../engine/activities.js'
import { Rest } from './finish.js'

/**
 * Keeps the copies of a topology's data up to date between operations, and ends with what it found when one of them came to another state.
 * When a copy is due says the copy itself, so that what was missed is made up for once, whoever looks after it.
 */
export async function replication(input: ReplicationInput): Promise<ReplicationRound> {
  let { known } = input
  const rest = new Rest()
  // Between hosts of one site its worker copies.
  const site = onlySite(input.revision.topology.hosts)
  for (;;) {
    const round = await replicating({ summary: `copies of ${input.topology}`, site }).replicate({ ...input, known })
    if (round.changes.length > 0) return round
    known = round.replicas
    if (await rest.until(round.nextAt, 'until a copy is due')) return round
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof replication>({ ...input, known })
    }
  }
}
