import type { ErrorReport } from '../../src/errors.js'
import { lostOperation } from '../../src/plan/change-of-replica.js'
import type { LedgerState } from '../../src/contracts/index.js'
import { lookedAway } from './host-failure.js'
import { inProgress } from './refusals.js'

/** Why a state cannot take the place of the present one, or null. */
export function importRefusal(
  state: LedgerState,
  file: LedgerState,
  { force = false, nowMs }: { force?: boolean; nowMs: number },
): ErrorReport | null {
  const { topology, current, lastOperation } = state
  if (current !== null) return inProgress(topology, current, nowMs)
  if (file.topology !== topology) {
    return { code: 'USAGE', message: `the state is of topology ${file.topology}, not ${topology}` }
  }
  if (file.lastOperation >= lastOperation || force) return null
  return {
    code: 'STATE_NEWER',
    message: `the state of ${topology} here is newer than the file: operation ${lastOperation} against ${file.lastOperation}`,
    hint: 'cul8er state export saves the present state; --force replaces it anyway',
  }
}

/** Times that have passed bring nothing about any more: a state of before would destroy what lives now. */
export function withoutPastTimes(
  { expiresAt, standby }: Pick<LedgerState, 'expiresAt' | 'standby'>,
  nowMs: number,
): Pick<LedgerState, 'expiresAt' | 'standby'> {
  const past = (iso: string | null): boolean => iso !== null && Date.parse(iso) <= nowMs
  return { expiresAt: past(expiresAt) ? null : expiresAt, standby: past(standby?.until ?? null) ? null : standby }
}

/** A state that was checked takes the place of the present one, but for the numbers, which never go down. */
export function imported(
  state: LedgerState,
  file: LedgerState,
  nowMs: number,
): { state: LedgerState; notes: string[] } {
  const { topology } = state
  const times = withoutPastTimes(file, nowMs)
  const expired = times.expiresAt !== file.expiresAt
  const over = times.standby !== file.standby
  const notes = [
    ...(expired
      ? [`its ttl has passed, but it is not destroyed; set a new one with cul8er ttl set ${topology} 24h`]
      : []),
    ...(over
      ? [`the time of its standby set (${file.standby?.names.join(', ')}) has passed: the next deploy removes it`]
      : []),
    ...(file.current === null
      ? []
      : [`${file.current.id} was in progress when it was exported: what that changed counts as dirty`]),
  ]
  return {
    notes,
    state: {
      ...lookedAway(file),
      current: null,
      ...times,
      dirty: file.current === null ? file.dirty : [...file.dirty, lostOperation(file.current.number)],
      lastOperation: Math.max(state.lastOperation, file.lastOperation),
      lastRevision: Math.max(state.lastRevision, file.lastRevision),
    },
  }
}
