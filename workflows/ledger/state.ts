import { keepRevisions, rollbackTarget } from '../../src/plan/revisions.js'
import type { ErrorReport } from '../../src/errors.js'
import type { Revision } from '../../src/plan/model.js'
import type {
  HistoryEntry,
  LedgerState,
  OperationKind,
  OperationRequest,
  OperationSummary,
  Outcome,
} from '../../src/contracts/index.js'
import type { OperationEnd } from '../../src/contracts/index.js'

/** Operations whose outcome is kept. */
const KEEP_HISTORY = 50

export const emptyLedger = (topology: string): LedgerState => ({
  topology,
  desired: null,
  attempted: null,
  stable: null,
  revisions: [],
  history: [],
  current: null,
  expiresAt: null,
  lastOperation: 0,
  dirty: [],
  standby: null,
})

export const revisionOf = (state: LedgerState, number: number | null): Revision | null =>
  state.revisions.find((revision) => revision.number === number) ?? null

/** Why a request cannot start now, or null. Decided before anything is changed. */
export function refusal(state: LedgerState, request: OperationRequest, nowMs: number): ErrorReport | null {
  const { current, topology } = state
  // Tidying takes seconds and is nobody's operation: it is waited for instead.
  if (current !== null && current.kind !== 'cleanup') {
    const age = Math.round((nowMs - Date.parse(current.startedAt)) / 1000)
    return {
      code: 'OPERATION_IN_PROGRESS',
      message: `${current.kind} of ${topology} (${current.id}) is in progress for ${age} s`,
      hint: `cul8er attach ${topology} follows it, cul8er abort ${topology} ends it, --wait waits for it`,
      details: {
        operation: current.id,
        workflowId: current.workflowId,
        kind: current.kind,
        step: current.step,
        startedAt: current.startedAt,
      },
    }
  }
  if (request.kind === 'deploy') {
    return request.revision === undefined ? { code: 'USAGE', message: 'a deploy needs a revision' } : null
  }
  if (state.desired === null) {
    return {
      code: 'UNKNOWN_TOPOLOGY',
      message: `nothing of ${topology} is deployed`,
      hint: 'cul8er state list shows what is',
    }
  }
  if (request.kind === 'rollback') {
    const target = targetOf(state, request)
    const known = state.revisions.map(({ number }) => number)
    if (target === null)
      return {
        code: 'UNKNOWN_REVISION',
        message: `${topology} has no stable revision to go back to`,
        hint: `cul8er history ${topology} shows what was deployed`,
      }
    if (!known.includes(target)) {
      return {
        code: 'UNKNOWN_REVISION',
        message: `revision ${target} of ${topology} is not kept`,
        hint: `kept are ${known.join(', ')}`,
      }
    }
  }
  return null
}

/** The revision that a request leads to; a deploy of what is desired already makes no new one. */
export function targetOf(state: LedgerState, request: OperationRequest): number | null {
  if (request.kind === 'deploy') {
    const desired = revisionOf(state, state.desired)
    return desired !== null && desired.digest === request.revision?.digest ? desired.number : nextNumber(state)
  }
  if (request.kind === 'rollback') {
    const { desired, stable, dirty } = state
    return request.to ?? rollbackTarget({ desired, stable, succeeded: succeeded(state), dirty })
  }
  return state.stable ?? state.desired
}

const nextNumber = (state: LedgerState): number =>
  Math.max(0, ...state.revisions.map(({ number }) => number), state.desired ?? 0) + 1

/** Since the topology was last destroyed: revisions are numbered from 1 again after that. */
function succeeded({ history }: LedgerState): number[] {
  const good = history.filter(({ outcome }) => outcome === 'succeeded')
  const since = good.findLastIndex(({ kind }) => kind === 'destroy') + 1
  return good.slice(since).flatMap(({ kind, revision }) => (leadsToRevision(kind) ? [revision] : []))
}

const leadsToRevision = (kind: OperationKind): boolean => kind === 'deploy' || kind === 'rollback'

/** An operation begins. */
export function begin(
  state: LedgerState,
  request: OperationRequest,
  current: OperationSummary,
  target: number,
): LedgerState {
  const changes = leadsToRevision(request.kind)
  const isNew = request.kind === 'deploy' && request.revision !== undefined && revisionOf(state, target) === null
  // The same declaration may come with secrets sealed anew: the newest box counts, the digest is the same.
  const known = request.kind === 'deploy' && request.revision !== undefined && !isNew
  const revisions = isNew
    ? [...state.revisions, { number: target, ...request.revision! }]
    : known
      ? state.revisions.map((r) =>
          r.number === target ? { ...r, ...request.revision!, number: target, createdAt: r.createdAt } : r,
        )
      : state.revisions
  return {
    ...state,
    current,
    lastOperation: current.number,
    desired: changes ? target : state.desired,
    attempted: changes ? target : state.attempted,
    revisions: keepRevisions(revisions, [target, state.stable, changes ? null : state.desired]),
  }
}

/** An operation ended. */
export function end(
  state: LedgerState,
  request: Pick<OperationRequest, 'kind'>,
  ended: OperationEnd,
  at: string,
): LedgerState {
  const { current } = state
  const { result, dirty } = ended
  const entry: HistoryEntry = {
    operation: result.operation,
    number: current?.number ?? state.lastOperation,
    kind: request.kind,
    outcome: result.outcome,
    revision: result.revision,
    startedAt: current?.startedAt ?? at,
    endedAt: at,
    ...(result.error === undefined ? {} : { error: result.error }),
  }
  const history = [...state.history, entry].slice(-KEEP_HISTORY)
  if (request.kind === 'destroy' && result.outcome === 'succeeded') {
    return { ...emptyLedger(state.topology), history, lastOperation: state.lastOperation }
  }
  const stable = leadsToRevision(request.kind) && result.outcome === 'succeeded'
  return {
    ...state,
    history,
    current: null,
    stable: stable ? result.revision : state.stable,
    dirty: stable ? [] : stillUnfinished(state, result.outcome, dirty),
    standby: keptAfter(state, request, ended, at),
    expiresAt: stable ? expiry(revisionOf(state, result.revision), at) : state.expiresAt,
  }
}

// An undone operation leaves what was half changed before it as it found it.
function stillUnfinished(state: LedgerState, outcome: Outcome, now: string[]): string[] {
  const halfDone = outcome === 'held' || outcome === 'needsAttention'
  return [...new Set([...state.dirty, ...(halfDone ? now : [])])]
}

function keptAfter(
  state: LedgerState,
  { kind }: Pick<OperationRequest, 'kind'>,
  { result, standby, stays = [] }: OperationEnd,
  at: string,
): LedgerState['standby'] {
  if (kind === 'restore') return state.standby
  if (result.outcome !== 'succeeded') return kind === 'cleanup' ? later(state.standby, at) : state.standby
  const before = (state.standby?.names ?? []).filter((name) => stays.includes(name))
  if (standby !== undefined) return { names: [...before, ...standby.names], until: after(at, standby.keepMs) }
  return state.standby === null || before.length === 0 ? null : { ...state.standby, names: before }
}

/** What was due by time could not be done: the next try is then, and not at once. */
export const RETRY_DUE_MS = 10 * 60_000

const later = (standby: LedgerState['standby'], at: string): LedgerState['standby'] =>
  standby === null ? null : { ...standby, until: after(at, RETRY_DUE_MS) }

const after = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()

/** What time brings: tidying what was kept, or the end of a topology's life. Null: nothing is due. */
export function dueNow(state: LedgerState, nowMs: number): 'cleanup' | 'destroy' | null {
  if (isDue(state.standby?.until ?? null, nowMs)) return 'cleanup'
  return isDue(state.expiresAt, nowMs) && state.desired !== null ? 'destroy' : null
}

const isDue = (iso: string | null, nowMs: number): boolean => iso !== null && Date.parse(iso) <= nowMs

/** Before what is due is begun: should it fail, it is due again later. */
export const postponed = (state: LedgerState, due: 'cleanup' | 'destroy', at: string): LedgerState =>
  due === 'cleanup' ? { ...state, standby: later(state.standby, at) } : { ...state, expiresAt: after(at, RETRY_DUE_MS) }

function expiry(revision: Revision | null, at: string): string | null {
  const ttlMs = revision?.topology.ttlMs ?? null
  return ttlMs === null ? null : after(at, ttlMs)
}
