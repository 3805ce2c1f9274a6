import type { Client } from '@temporalio/client'
import { expire, ledgerId, type ExpiryAnswer, type ExpiryReached, type LedgerState } from '../contracts/index.js'
import { isNotFound } from './failures.js'
import { findLedger, withLedger } from './find.js'

/** What the hosts say of an expiry; null: nothing of the topology is there. */
export type Confirmation = (state: LedgerState | null) => Promise<{ state: LedgerState; agrees: boolean } | null>

/**
 * Has a topology's ledger act on an expiry. A ledger that runs decides by itself. Of one that is gone only the last state that can be read
 * is known, or none at all, and who reaches the server can have seen to that: a new one is begun only where the hosts confirm the expiry.
 */
export async function reachExpiry(
  client: Client,
  { topology, expiresAt }: Pick<ExpiryReached, 'topology' | 'expiresAt'>,
  confirm: Confirmation,
): Promise<ExpiryAnswer> {
  const request = { args: [{ expiresAt }] as [{ expiresAt: string }] }
  for (let left = 3; ; left -= 1) {
    const found = await findLedger(client, topology)
    try {
      if (found === 'running') return await client.workflow.getHandle(ledgerId(topology)).executeUpdate(expire, request)
    } catch (error) {
      // It was terminated a moment ago.
      if (left === 0 || !isNotFound(error)) throw error
      continue
    }
    if (found !== null && found.expiresAt !== expiresAt) return 'stale'
    const confirmed = await confirm(found)
    if (confirmed === null) return 'gone'
    if (!confirmed.agrees) return 'unproven'
    const startWorkflowOperation = withLedger(topology, confirmed.state)
    return client.workflow.executeUpdateWithStart(expire, { ...request, startWorkflowOperation })
  }
}
