import type {
  ExpireRequest,
  Expiry,
  ExpiryAnswer,
  ExpiryWritten,
  LedgerState,
  OperationSummary,
  TtlWarning,
} from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { expiryOf } from '../../src/plan/expiry.js'
import { inProgress } from './refusals.js'
import { after, revisionOf } from './state.js'

/*
 * A topology's ttl, as its ledger decides about it. Pure: what reaches beyond the ledger is the Schedule that asks for the same when the
 * ledger is gone, and the labels on the instances, which say what that Schedule was made for (src/contracts/ttl.ts).
 */

const HOUR_MS = 60 * 60_000

/** Another expiry, and when people are warned of it: an hour before, or a tenth of the time that is left when that is less. */
export function expiring(state: LedgerState, expiresAt: string | null, at: string): LedgerState {
  const { warnAt: _before, ...rest } = state
  const left = expiresAt === null ? 0 : Date.parse(expiresAt) - Date.parse(at)
  if (expiresAt === null || left <= 0) return { ...rest, expiresAt }
  return { ...rest, expiresAt, warnAt: after(expiresAt, -Math.min(HOUR_MS, Math.ceil(left / 10))) }
}

/**
 * A deploy begins, and nothing serves yet: its ttl counts from now on, so that what it leaves half made ends as well. null: the present expiry
 * stays.
 */
export function firstExpiry(state: LedgerState, { kind, revision }: OperationSummary, at: string): string | null {
  const ttlMs = revisionOf(state, revision)?.topology.ttlMs ?? null
  return kind === 'deploy' && state.stable === null && ttlMs !== null ? after(at, ttlMs) : null
}

/** After an operation: a new expiry is warned of, unless it is only when a destroy that failed is tried again. */
export function withWarning(before: LedgerState, state: LedgerState, at: string): LedgerState {
  if (before.expiresAt === state.expiresAt) return state
  const { warnAt: _before, ...rest } = state
  return before.current?.kind === 'destroy' ? rest : expiring(rest, state.expiresAt, at)
}

/** When people are to be warned, ms since the epoch; Infinity: they are not. */
export const warningAt = ({ warnAt, expiresAt, desired }: LedgerState): number =>
  warnAt === undefined || expiresAt === null || desired === null ? Infinity : Date.parse(warnAt)

export function warned(state: LedgerState): LedgerState {
  const { warnAt: _told, ...rest } = state
  return rest
}

/** What people are told; null: it is too late for a warning. */
export const ttlWarning = ({ topology, expiresAt }: LedgerState, at: string): TtlWarning | null =>
  expiresAt === null || Date.parse(expiresAt) <= Date.parse(at)
    ? null
    : { event: 'ttlWarning', topology, expiresAt, next: `cul8er ttl clear ${topology}`, at }

/** Whether what was written down last gives a topology more time than its ledger knows of. Less of it is no reason to wait. */
export const isMoved = (
  { expiresAt }: LedgerState,
  written: ExpiryWritten,
): written is Extract<ExpiryWritten, { known: true }> =>
  written.known && (written.expiresAt === null || (expiresAt !== null && written.expiresAt > expiresAt))

/** Why the ttl cannot be changed now, or null: what a person is told must still be true when the operation in progress has ended. */
export function ttlRefusal({ topology, current }: LedgerState, nowMs: number): ErrorReport | null {
  if (current?.kind !== 'destroy') return null
  return {
    ...inProgress(topology, current, nowMs),
    hint: `cul8er abort ${topology} ends it as long as nothing was removed; then change the ttl`,
  }
}

/** A person moves the expiry or takes it away. An operation in progress began before that, and says nothing of it when it ends. */
export function setByHand(state: LedgerState, expiresAt: string | null, at: string): LedgerState {
  const { current } = state
  return expiring({ ...state, current: current === null ? null : { ...current, ttlSet: true } }, expiresAt, at)
}

/**
 * An expiry was reached, says its Schedule. Where it is the present one, the ledger acts on it by itself. `lapsed`: the expiry of the ledger
 * before this one, which was terminated; a ledger that takes over drops it, for it may be of long ago, unless it is told of it here.
 */
export function reached(
  state: LedgerState,
  { expiresAt }: ExpireRequest,
  lapsed: string | null,
): { state: LedgerState; answer: ExpiryAnswer } {
  if (state.desired === null) return { state, answer: 'gone' }
  if (state.expiresAt === expiresAt) return { state, answer: 'due' }
  if (state.expiresAt !== null || lapsed !== expiresAt) return { state, answer: 'stale' }
  return { state: { ...state, expiresAt }, answer: 'due' }
}

/** What something outside is to say of the expiry. */
export interface Wanted {
  /** What tells whether it says so already. */
  key: string
  expiry: () => Expiry
}

/** Of a topology that does not expire: what nobody has made is not taken away either. */
export const NOTHING = 'nothing'

export function scheduleWanted(state: LedgerState): Wanted {
  const expiry = (): Expiry => expiryOf(state)
  return { key: expires(state) ? JSON.stringify(expiry()) : NOTHING, expiry }
}

/** Every operation may leave instances without labels. null: one is in progress, or there are no instances. */
export const labelsWanted = (state: LedgerState): Wanted | null =>
  state.current !== null || state.desired === null
    ? null
    : { key: expires(state) ? `${state.expiresAt} ${state.lastOperation}` : NOTHING, expiry: () => expiryOf(state) }

const expires = ({ desired, expiresAt }: LedgerState): boolean => desired !== null && expiresAt !== null
