import { poll } from '../waiting/poll.js'
import { ledgerId, renewLedger } from '../contracts/index.js'
import { isNotFound } from '../ledgers/failures.js'
import { ledgerNames, readLedger } from './ledger.js'
import type { Link } from './link.js'

/** What became of one ledger. */
export interface Renewal {
  topology: string
  /** It goes on in a new history, all of which is signed with the present key. */
  renewed: boolean
  /** The operation that it does so after; null: none. */
  after: string | null
}

/** ms for a ledger that has nothing to wait for. */
const WITHIN_MS = 15_000

/** Has every ledger go on in a new history, so that nothing of it needs a former key. One in an operation does so when that has ended. */
export async function renewLedgers(link: Link): Promise<Renewal[]> {
  const topologies = await ledgerNames(link)
  return Promise.all(topologies.map((topology) => renewOne(link, topology)))
}

async function renewOne(link: Link, topology: string): Promise<Renewal> {
  const before = await runOf(link, topology)
  // One that was terminated goes on with the next deploy, and one that ended has nothing to go on with.
  if (typeof before !== 'string') return { topology, renewed: before.ended, after: null }
  await link.call((client) => client.workflow.getHandle(ledgerId(topology)).signal(renewLedger))
  const renewal = async (): Promise<Renewal | undefined> => {
    if ((await runOf(link, topology)) !== before) return { topology, renewed: true, after: null }
    const after = (await readLedger(link, topology))?.current?.id ?? null
    return after === null ? undefined : { topology, renewed: false, after }
  }
  return (await poll(renewal, { everyMs: 200, withinMs: WITHIN_MS })) ?? { topology, renewed: false, after: null }
}

/** The history that a ledger writes, or that it writes none. */
const runOf = (link: Link, topology: string): Promise<string | { ended: boolean }> =>
  link.call(async (client) => {
    try {
      const { status, runId } = await client.workflow.getHandle(ledgerId(topology)).describe()
      const runs = status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW'
      return runs ? runId : { ended: status.name === 'COMPLETED' }
    } catch (error) {
      if (isNotFound(error)) return { ended: true }
      throw error
    }
  })
