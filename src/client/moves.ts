import type { InspectAnswers } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import type { Moves } from '../plan/model.js'
import { nothingThere } from '../plan/no-way-back.js'
import { currentRevision } from '../plan/revisions.js'
import { hostsOf } from '../plan/where.js'
import { inspect } from './inspect.js'
import { knownLedger } from './ledger.js'
import type { Link } from './link.js'
import { underwayNote } from './world.js'

export type MovesPlan = InspectAnswers['plan']

export interface MoveOptions {
  /** Leave where it is what cannot move, instead of refusing. */
  force?: boolean
  /** Of the plan that was agreed to: refused as STALE_PLAN where it is another by now. */
  fingerprint?: string
}

/**
 * What moving instances as they are declared would change.
 * @throws Cul8erError UNKNOWN_TOPOLOGY, and what a plan throws
 */
export async function lookAtMoves(
  link: Link,
  topology: string,
  moves: Moves,
  { force = false, dryRun = false }: MoveOptions & { dryRun?: boolean },
): Promise<MovesPlan> {
  const state = await knownLedger(link, topology)
  const revision = currentRevision(state)
  if (revision === null) {
    const { code, message, hint } = nothingThere(state)
    throw new Cul8erError(code, message, { hint })
  }
  const answer = await inspect(link, topology, {
    kind: 'plan',
    topology,
    revision,
    base: revision,
    formerHosts: hostsOf(state, null),
    dirty: state.dirty,
    standby: state.standby?.names ?? [],
    without: state.failover?.without ?? [],
    moves,
    force,
    hooks: null,
    ...(dryRun ? { dryRun: { operation: state.lastOperation + 1, revision: revision.number } } : {}),
  })
  const note = underwayNote(state)
  return note === null ? answer : { ...answer, plan: { ...answer.plan, notes: [...answer.plan.notes, note] } }
}

/** Hosts that are dead, and that everything is as declared without. */
export const leftOutNow = async (link: Link, topology: string): Promise<string[]> =>
  (await knownLedger(link, topology)).failover?.without ?? []
