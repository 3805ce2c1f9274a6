import { notComeUp } from '../../src/plan/not-come-up.js'
import { stableBeforeThen } from '../../src/plan/revisions.js'
import type { Revision } from '../../src/plan/model.js'
import type { HistoryEntry, LedgerState, OperationEnd, OperationSummary } from '../../src/contracts/index.js'
import { errorDigest, warningsDigest } from './digest.js'
import { postponed } from './due.js'
import { failures, withEntry } from './history.js'
import { failoverAfter, hostsAfter } from './host-failure.js'
import { pastOf } from './input.js'
import { driftAfter } from './drift.js'
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
        { ...state, ...NOTHING_THERE, history, current: null, expiresAt: null }
  }
  const changed = serves(current, ended) ? arrived(state, ended, at) : left(state, ended)
  const again = notComeUp({ dirty: changed.dirty, history })
  const stuck = changed.dirty.filter((name) => !again.includes(name))
  const next = {
    ...changed,
    ...(isGone(current, ended) ? NOTHING_THERE : {}),
    ...(current.kind === 'failover'
      ? { failover: failoverAfter(state, { without: current.without, ...howItWent(ended) }, at) }
      : {}),
    ...(state.drift === undefined ? {} : { drift: driftAfter(state, current, ended, at) }),
    ...(state.unhealthy === undefined ? {} : { unhealthy: unhealthyAfter(state, current, ended, at, stuck) }),
    history,
    current: null,
  }
  const { kind } = current
  return (kind === 'cleanup' || (kind === 'destroy' && current.automatic)) && outcome !== 'succeeded'
    ? postponed(next, kind, failures(history), at)
    : next
}

const howItWent = ({ result: { outcome, error } }: OperationEnd): { succeeded: boolean; aborted: boolean } => ({
  succeeded: outcome === 'succeeded',
  aborted: error?.code === 'ABORTED',
})

/** No instance of the topology is known to be there. */
const NOTHING_THERE = {
  stable: null,
  stableBefore: [],
  dirty: [],
  standby: null,
  unhealthy: undefined,
  failover: undefined,
  drift: undefined,
} satisfies Partial<LedgerState>

/** A destroy removed every instance, though not all that led to them: no revision serves any more. */
const isGone = ({ kind }: OperationSummary, { committed, dirty }: OperationEnd): boolean =>
  kind === 'destroy' && committed === true && dirty.length === 0

const entryOf = (current: OperationSummary, { result }: OperationEnd, at: string): HistoryEntry => ({
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
    expiresAt: expiry(declared, at),
  }
}

function left(
  state: LedgerState,
  { result: { outcome }, dirty, removed = [], restarted = [] }: OperationEnd,
): LedgerState {
  const halfDone = outcome === 'held' || outcome === 'needsAttention'
  const isOver = state.current?.kind === 'cleanup' && outcome === 'succeeded'
  return {
    ...state,
    // An undone operation leaves what was half changed before it as it found it.
    dirty: [...new Set([...stillDirty(state, restarted), ...(halfDone ? dirty : [])])],
    standby: isOver ? null : kept(state.standby, (name) => !removed.includes(name)),
  }
}

/** What did not come up from a restart is whole again once it does; what something else left half changed, no restart mends. */
function stillDirty(state: LedgerState, restarted: readonly string[]): string[] {
  const mended = notComeUp(state).filter((name) => restarted.includes(name))
  return state.dirty.filter((name) => !mended.includes(name))
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
