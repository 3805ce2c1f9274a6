import type { ErrorReport } from '../../src/errors.js'
import { dirtyHost, dirtyNames } from '../../src/plan/half-done.js'
import { notComeUp } from '../../src/plan/not-come-up.js'
import { stableBeforeThen } from '../../src/plan/revisions.js'
import type { Revision } from '../../src/plan/model.js'
import type {
  HistoryEntry,
  LaneFailure,
  LedgerState,
  NumbersInUse,
  OperationEnd,
  OperationSummary,
  Outcome,
} from '../../src/contracts/index.js'
import { errorDigest, warningsDigest } from './digest.js'
import { postponed, retryMs } from './due.js'
import { failures, withEntry } from './history.js'
import { failoverAfter, hostsAfter, hostWatchOf, withBehind } from './host-failure.js'
import { pastOf } from './input.js'
import { declaresBackups } from './backups.js'
import { driftAfter } from './drift.js'
import { declaresCopies } from './replication.js'
import { scalingAfter } from './scaling.js'
import { after, emptyLedger, leadsToRevision, revisionOf } from './state.js'
import { unhealthyAfter } from './unhealthy.js'

/** The operation in progress ended. */
export function end(state: LedgerState, ended: OperationEnd, at: string): LedgerState {
  const { current, topology, lastOperation, lastRevision } = state
  if (current === null) return state
  const { outcome } = ended.result
  const history = withEntry(state.history, entryOf(current, ended, at))
  if (current.kind === 'destroy' && outcome === 'succeeded') {
    return current.without === undefined
      ? { ...emptyLedger(topology), history, lastOperation, lastRevision }
      : // What is on the hosts that were left out is still to be destroyed, when they are back.
        { ...state, ...NOTHING_THERE, history, current: null, expiresAt: untilAllIsGone(current, at) }
  }
  const changed = serves(current, ended) ? arrived(state, ended, at) : left(state, ended)
  const again = notComeUp({ dirty: changed.dirty, history })
  const stuck = dirtyNames(changed.dirty.filter((entry) => !again.includes(entry)))
  const next = {
    ...changed,
    ...failoverThen(state, changed, ended, at),
    ...(isGone(current, ended) ? NOTHING_THERE : {}),
    ...behindAfter(ended),
    ...(state.drift === undefined ? {} : { drift: driftAfter(state, current, ended, at) }),
    ...(state.unhealthy === undefined ? {} : { unhealthy: unhealthyAfter(state, current, ended, at, stuck) }),
    history,
    current: null,
    // Declared again some day, they are new ones: what is known of these would count them as late.
    ...(state.replicas === undefined || declaresCopies(changed) ? {} : { replicas: undefined }),
    ...(state.backups === undefined || declaresBackups(changed) ? {} : { backups: undefined }),
  }
  const counted = scalingAfter(next, current, ended, at)
  const { kind } = current
  return (kind === 'cleanup' || (kind === 'destroy' && current.automatic)) && outcome !== 'succeeded'
    ? postponed(counted, kind, failures(history), at)
    : counted
}

/** The operation found that more was done than this ledger knows of; an undo of it fails for that too. */
function behindAfter({ result: { error } }: OperationEnd): Pick<LedgerState, 'behind'> {
  const { cause, undo = [] } = (error?.details ?? {}) as { cause?: ErrorReport; undo?: readonly LaneFailure[] }
  const found = [error, cause, ...undo.map((each) => each.error)].find((each) => each?.code === 'STATE_LOST')
  if (found === undefined) return {}
  // As `stateBehind` and `overtaken` gave them.
  const { operation, revision, instances } = found.details as unknown as NumbersInUse
  return { behind: { operation, revision, instances } }
}

/** What a failover came to, and where any operation left something because a host gave no answer. */
function failoverThen(
  { current, failover: before }: LedgerState,
  changed: LedgerState,
  ended: OperationEnd,
  at: string,
): Pick<LedgerState, 'failover'> {
  const failover =
    current?.kind === 'failover'
      ? failoverAfter({ failover: before }, { without: current.without, ...howItWent(ended) }, at)
      : changed.failover
  return { failover: hostWatchOf(changed) === null ? failover : withBehind(failover, ended.lost) }
}

const howItWent = ({ result: { outcome, error }, noRoom }: OperationEnd) => ({
  succeeded: outcome === 'succeeded',
  code: error?.code,
  noRoom,
})

/** What time had come for is done where it could be; the rest of it is tried again until its hosts are back. */
const untilAllIsGone = ({ automatic }: OperationSummary, at: string): string | null =>
  automatic === true ? after(at, retryMs(1)) : null

/** No instance of the topology is known to be there. */
const NOTHING_THERE = {
  stable: null,
  stableBefore: [],
  dirty: [],
  standby: null,
  unhealthy: undefined,
  failover: undefined,
  drift: undefined,
  scaling: undefined,
  replicas: undefined,
  backups: undefined,
} satisfies Partial<LedgerState>

/** A destroy removed every instance, though not all that led to them: no revision serves any more. */
const isGone = ({ kind }: OperationSummary, { committed, dirty }: OperationEnd): boolean =>
  kind === 'destroy' && committed === true && dirty.length === 0

const entryOf = (current: OperationSummary, { result, lost }: OperationEnd, at: string): HistoryEntry => ({
  operation: result.operation,
  number: current.number,
  kind: current.kind,
  outcome: result.outcome,
  revision: result.revision,
  startedAt: current.startedAt,
  endedAt: at,
  ...(result.error === undefined ? {} : { error: errorDigest(result.error) }),
  ...(current.by === undefined ? {} : { by: current.by }),
  ...(current.automatic === undefined ? {} : { automatic: current.automatic }),
  ...(current.reason === undefined ? {} : { reason: current.reason }),
  ...(result.warnings === undefined ? {} : { warnings: warningsDigest(result.warnings) }),
  ...(lost === undefined ? {} : { lost }),
  ...(current.fromReplica === undefined ? {} : { fromReplica: current.fromReplica }),
})

/** The revision serves everywhere, though what was left of the one before may not all be gone. */
const serves = ({ kind }: OperationSummary, { result: { outcome }, committed }: OperationEnd): boolean =>
  leadsToRevision(kind) && (outcome === 'succeeded' || (outcome === 'needsAttention' && committed === true))

function arrived(state: LedgerState, ended: OperationEnd, at: string): LedgerState {
  const { outcome, revision } = ended.result
  const declared = revisionOf(state, revision)
  return {
    ...(declared === null ? state : hostsAfter(state, declared, state.current?.without)),
    stable: revision,
    stableBefore: stableBeforeThen(state.stableBefore, state.stable, revision),
    dirty: outcome === 'succeeded' ? [] : [...ended.dirty],
    standby: standbyThen(state, ended, at),
    expiresAt: state.current?.ttlSet === true ? state.expiresAt : expiry(declared, at),
  }
}

function left(
  state: LedgerState,
  { result: { outcome }, dirty, lost, removed = [], restarted = [], stays }: OperationEnd,
): LedgerState {
  const halfDone = outcome === 'held' || outcome === 'needsAttention' || lost !== undefined
  // Of a standby set it removes what was on the hosts that it emptied.
  const moved = (state.current?.kind === 'drain' || state.current?.kind === 'rebalance') && outcome === 'succeeded'
  const isOver = state.current?.kind === 'cleanup' && outcome === 'succeeded'
  return {
    ...state,
    // An undone operation leaves what was half changed before it as it found it, and what it left on hosts that gave no answer.
    dirty: [...new Set([...stillDirty(state, restarted, outcome), ...(halfDone ? dirty : [])])],
    standby: isOver
      ? null
      : kept(state.standby, (name) => !removed.includes(name) && (!moved || stays?.includes(name) !== false)),
  }
}

/**
 * What did not come up from a restart is whole again once it does; what something else left half changed, no restart mends. A failover
 * sets right all that is on hosts that it does not leave out.
 */
function stillDirty(state: LedgerState, restarted: readonly string[], outcome: Outcome): string[] {
  const { kind, without = [] } = state.current ?? {}
  if (kind === 'failover' && outcome === 'succeeded') {
    const hosts = revisionOf(state, state.stable)?.topology.hosts ?? {}
    return state.dirty.filter((entry) => {
      const host = dirtyHost(entry)
      return host === null ? without.length > 0 : without.includes(host) || hosts[host] === undefined
    })
  }
  const mended = notComeUp(state).filter((entry) => dirtyNames([entry]).some((name) => restarted.includes(name)))
  return state.dirty.filter((entry) => !mended.includes(entry))
}

function standbyThen(state: LedgerState, { standby, stays = [] }: OperationEnd, at: string): LedgerState['standby'] {
  const rest = kept(state.standby, (name) => stays.includes(name))
  if (standby === undefined) return rest
  // It lived until now. Later operations lead to other revisions, and on other hosts nobody would look for it.
  const lived = pastOf(state).map(({ number }) => number)
  return {
    names: [...(rest?.names ?? []), ...standby.names],
    until: after(at, standby.keepMs),
    revisions: [...new Set([...(rest?.revisions ?? []), ...lived])],
  }
}

function kept(standby: LedgerState['standby'], stays: (name: string) => boolean): LedgerState['standby'] {
  const names = (standby?.names ?? []).filter(stays)
  return standby === null || names.length === 0 ? null : { ...standby, names }
}

function expiry(revision: Revision | null, at: string): string | null {
  const ttlMs = revision?.topology.ttlMs ?? null
  return ttlMs === null ? null : after(at, ttlMs)
}
