import { Cul8erError } from '../errors.js'
import { notComeUp } from '../plan/not-come-up.js'
import { declaring } from '../plan/declaring.js'
import { currentRevision, deployTarget } from '../plan/revisions.js'
import { hostsOf, projectRefusal } from '../plan/where.js'
import { hooksOf } from '../topology/hooks.js'
import { eachMachineOnce } from '../topology/hosts.js'
import type { Host } from '../topology/model.js'
import {
  progress,
  type BackupList,
  type InspectAnswers,
  type InstanceStatusRow,
  type StatusAnswer,
  type LedgerState,
  type OrphanRow,
  type Progress,
  type SnapshotRow,
} from '../contracts/index.js'
import { elsewhereNote } from './elsewhere.js'
import { isNotFound } from '../ledgers/failures.js'
import type { ErrorReport } from '../errors.js'
import type { NumbersShown } from '../plan/numbers-shown.js'
import { stateBehind } from '../plan/state-behind.js'
import { inspect } from './inspect.js'
import { knownLedger, ledgerStates, readLedger } from './ledger.js'
import type { Link } from './link.js'
import type { NewRevision } from './revision.js'
import { underway, type Underway } from './doing.js'
import { statusOf, type Status } from './status.js'
import { hostsToLeaveOut } from './without.js'

/* What the ledger knows and what the hosts show, put together. Nothing here changes anything. */

export type Snapshot = SnapshotRow
export type Orphan = OrphanRow

/** What bringing the world to a revision would change; with `dryRun` by which commands. */
export async function lookAhead(
  link: Link,
  revision: NewRevision,
  {
    force = false,
    without = [],
    refreshImages = false,
    goesBack = false,
    dryRun = false,
  }: { force?: boolean; without?: string[]; refreshImages?: boolean; goesBack?: boolean; dryRun?: boolean },
): Promise<InspectAnswers['plan']> {
  const { name } = revision.topology
  const state = await readLedger(link, name)
  const refused = state === null ? null : projectRefusal(state, revision.topology)
  if (refused !== null) throw new Cul8erError(refused.code, refused.message, { hint: refused.hint })
  const answer = await inspect(link, name, {
    kind: 'plan',
    topology: name,
    revision,
    base: state?.revisions.find(({ number }) => number === state.stable) ?? null,
    // Just where the operation would look: a host that is gone for good is in the way of neither.
    formerHosts: state === null ? {} : hostsOf(state, null),
    dirty: state?.dirty ?? [],
    standby: state?.standby?.names ?? [],
    ...(without.length === 0 ? {} : { without: hostsToLeaveOut(without, revision.topology, state) }),
    ...(refreshImages ? { refreshImages } : {}),
    ...(goesBack
      ? {
          goesBack,
          hooks: hooksOf('rollback', declaring('rollback', null, state ?? { revisions: [] })?.topology ?? null),
        }
      : {}),
    force,
    ...(dryRun ? { dryRun: numbersOf(state, revision) } : {}),
  })
  const behind = await behindNow(link, state, answer.shown)
  if (behind !== null && !force) throw new Cul8erError(behind.code, behind.message, behind)
  const notes = [
    underwayNote(state),
    behind === null ? null : behind.message,
    elsewhereNote(answer.plan, state?.history ?? [], link.by.directory),
  ]
  const said = notes.filter((note) => note !== null)
  return said.length === 0 ? answer : { ...answer, plan: { ...answer.plan, notes: [...answer.plan.notes, ...said] } }
}

/** What an operation has made so far looks left over to a plan. */
export const underwayNote = (state: Pick<LedgerState, 'topology' | 'current'> | null): string | null =>
  state?.current == null
    ? null
    : `${state.current.kind} ${state.current.id} is in progress: this is what differs in the middle of it (cul8er attach ${state.topology})`

/** @throws Cul8erError UNKNOWN_TOPOLOGY */
export async function readStatus(link: Link, topology: string): Promise<Status> {
  const state = await knownLedger(link, topology)
  const [found, step, doing] = await Promise.all([
    instancesNow(link, state),
    stepInWords(link, state),
    doingNow(link, state),
  ])
  const behind = await behindNow(link, state, found.shown)
  return statusOf(state, found, { step, doing, behind })
}

/** Why the state is older than what the hosts show, or null. An operation may have begun after the state was read: then it is read again. */
async function behindNow(
  link: Link,
  state: LedgerState | null,
  shown: NumbersShown | undefined,
): Promise<ErrorReport | null> {
  if (state === null || shown === undefined || isBehind(state, shown) === null) return null
  const now = await readLedger(link, state.topology)
  return now === null ? null : isBehind(now, shown)
}

function isBehind({ topology, stable, lastOperation, behind }: LedgerState, shown: NumbersShown): ErrorReport | null {
  if (stable === null) return null
  // The operation that found it out has a number of its own.
  return stateBehind(topology, behind === undefined ? lastOperation : behind.operation - 1, shown)
}

/** Each instance as its host shows it; none when nothing is deployed. */
export async function instancesNow(link: Link, state: LedgerState): Promise<StatusAnswer> {
  const revision = currentRevision(state)
  if (revision === null) return { instances: [], unreachable: [] }
  const { topology, standby, current } = state
  const answer: StatusAnswer | InstanceStatusRow[] = await inspect(link, topology, {
    kind: 'status',
    topology,
    revision,
    standby: standby?.names ?? [],
    operation: current?.number,
  })
  return Array.isArray(answer) ? { instances: answer, unreachable: [] } : answer
}

/**
 * What a restart would do, and in which order.
 * @throws Cul8erError UNKNOWN_TOPOLOGY, USAGE for a name that nothing is called
 */
export async function lookAtRestart(
  link: Link,
  topology: string,
  asked: { names?: string[]; maxParallel?: number },
): Promise<InspectAnswers['restart']> {
  const state = await knownLedger(link, topology)
  const revision = currentRevision(state)
  if (revision === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `${topology} is not deployed`)
  const hosts = hostsOf(state, revision.number)
  const known = { topology, revision, hosts, dirty: state.dirty, notComeUp: notComeUp(state) }
  return inspect(link, topology, { kind: 'restart', ...known, ...asked })
}

/** Whole backups in the places that the present revision names. */
export async function readBackups(link: Link, topology: string, resource?: string): Promise<BackupList> {
  const revision = currentRevision(await knownLedger(link, topology))
  if (revision === null) return { backups: [], unusable: [] }
  return inspect(link, topology, {
    kind: 'backups',
    topology,
    revision,
    ...(resource === undefined ? {} : { resource }),
  })
}

/** @throws Cul8erError UNKNOWN_TOPOLOGY */
export async function readSnapshots(link: Link, topology: string): Promise<Snapshot[]> {
  const state = await knownLedger(link, topology)
  const revision = currentRevision(state)
  if (revision === null) return []
  const { project } = revision.topology
  return inspect(link, topology, { kind: 'snapshots', topology, hosts: hostsOf(state, null), project })
}

/**
 * Instances of ours that no topology claims, on the hosts that any topology names and on `hosts`.
 * @returns also the names of the hosts that were looked at; none: nobody knows any
 */
export async function findOrphans(
  link: Link,
  hosts: Record<string, Host>,
): Promise<{ orphans: Orphan[]; hosts: string[] }> {
  const claiming = (await ledgerStates(link)).filter(({ desired, current }) => desired !== null || current !== null)
  const everywhere = eachMachineOnce(...claiming.map(everyHost), hosts)
  if (Object.keys(everywhere).length === 0) return { orphans: [], hosts: [] }
  const claimed = claiming.map((state) => {
    const revision = currentRevision(state)
    return { topology: state.topology, project: revision?.topology.project ?? null }
  })
  const orphans = await inspect(link, 'orphans', { kind: 'orphans', hosts: everywhere, claimed })
  return { orphans, hosts: Object.keys(everywhere) }
}

async function doingNow(link: Link, { current }: LedgerState): Promise<Underway[]> {
  if (current === null) return []
  return link.call((client) => underway(client, current.workflowId)).catch(() => [])
}

async function stepInWords(link: Link, { current }: LedgerState): Promise<string | null> {
  if (current === null) return null
  const look = await link.call(async (client) => {
    try {
      return await client.workflow.getHandle(current.workflowId).query(progress)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
  })
  return look === null ? null : pausedWords(look)
}

/** A pause shows at once: what goes on until the next step ends would hide it. */
export const pausedWords = ({ step, waitingFor }: Pick<Progress, 'step' | 'waitingFor'>): string =>
  waitingFor === 'resume or abort' ? `paused, waiting for resume or abort; step: ${step}` : step

/** Those that a deploy would have. */
const numbersOf = (state: LedgerState | null, { digest }: NewRevision): { operation: number; revision: number } =>
  state === null
    ? { operation: 1, revision: 1 }
    : { operation: state.lastOperation + 1, revision: deployTarget(state, digest) }

/** Of all kept revisions: on a host that left the topology instances may have stayed. */
const everyHost = ({ revisions }: Pick<LedgerState, 'revisions'>): Record<string, Host> =>
  eachMachineOnce(...revisions.map(({ topology }) => topology.hosts))
