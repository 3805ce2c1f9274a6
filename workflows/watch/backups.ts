import { continueAsNew, workflowInfo } from '@temporalio/workflow'
import { onlySite, type BackupInput, type BackupRound } from '../../src/contracts/index.js'
import { replicating } from '../engine/activities.js'
import { Rest } from './finish.js'

/**
 * Makes backups of a topology's data between operations, and ends with what it found when one of them came to another state. When one is due
 * says the instance itself, so that what was missed is made up for once, whoever looks after it.
 */
export async function backups(input: BackupInput): Promise<BackupRound> {
  let { known } = input
  const rest = new Rest()
  // All of it streams through the worker: that of the hosts' site.
  const site = onlySite(input.revision.topology.hosts)
  for (;;) {
    const round = await replicating({ summary: `backups of ${input.topology}`, site }).backUp({ ...input, known })
    if (round.changes.length > 0) return round
    known = round.backups
    if (await rest.until(round.nextAt, 'until a backup is due')) return round
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof backups>({ ...input, known })
    }
  }
}
