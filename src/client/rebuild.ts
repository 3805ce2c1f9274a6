import { Cul8erError } from '../errors.js'
import { agreeing, notRebuilt, type Found } from '../plan/found.js'
import type { LedgerState } from '../contracts/index.js'
import { countsFound } from '../topology/counts.js'
import { inspect } from './inspect.js'
import type { Link } from './link.js'
import type { NewRevision } from './revision.js'

/** What hosts have of a topology, and the revision of the file that it was compared with. */
export interface FoundState {
  revision: NewRevision
  found: Found
  /** Such as a version that nobody named. */
  notes: string[]
}

/** @throws Cul8erError STATE_NEWER where a state is known, unless forced */
export function refuseKnown(known: LedgerState | null, { force = false }: { force?: boolean }): void {
  if (known === null || known.revisions.length === 0 || force) return
  const { topology, lastOperation, revisions } = known
  throw new Cul8erError(
    'STATE_NEWER',
    `${topology} is known here: operation ${lastOperation}, ${revisions.length} revisions`,
    {
      hint: 'hosts have neither revisions nor history, so that both would be lost: cul8er state export saves them, --force replaces them',
    },
  )
}

/** @throws Cul8erError NOT_FOUND, STATE_LOST when nothing agrees with the revision */
export async function lookForState(link: Link, revision: NewRevision, notes: string[]): Promise<FoundState> {
  const topology = revision.topology.name
  const found = await inspect(link, topology, { kind: 'found', topology, revision: { ...revision, number: 0 } })
  const refusal = notRebuilt(topology, found)
  if (refusal !== null) throw new Cul8erError(refusal.code, refusal.message, refusal)
  return { revision, found, notes }
}

/**
 * The state of a ledger that knows what the hosts show and nothing else: the file's revision is the stable one, with as many instances as follow the load. It has the number that
 * the labels have where all agree, else a new one, so that what differs is not taken for it.
 */
export function rebuilt(revision: NewRevision, found: Found): LedgerState {
  const { instances, numbers } = found
  const all = agreeing(found).length === instances.length && new Set(instances.map((i) => i.revision)).size === 1
  const number = Math.max(1, all ? numbers.revision : numbers.revision + 1)
  return {
    topology: revision.topology.name,
    desired: number,
    attempted: number,
    stable: number,
    stableBefore: [],
    revisions: [{ ...revision, number, topology: countsFound(revision.topology, instances) }],
    history: [],
    current: null,
    // Labels may say when it was to end, but a person has just asked for it: nothing is destroyed by what they do not know of.
    expiresAt: null,
    lastOperation: numbers.operation,
    lastRevision: number,
    dirty: [],
    standby: null,
  }
}
