import type { LedgerState } from '../../src/contracts/index.js'
import { after } from './state.js'

export type Due = 'cleanup' | 'destroy'

/** What time brings: the end of a standby set, or of a topology's life. null: nothing is due. */
export function dueNow(state: LedgerState, nowMs: number): Due | null {
  if (state.behind !== undefined) return null
  if (isDue(state.standby?.until ?? null, nowMs)) return 'cleanup'
  return isDue(state.expiresAt, nowMs) && state.desired !== null ? 'destroy' : null
}

/** When something is due next, ms since the epoch. */
export const nextDue = ({ standby, expiresAt, desired, behind }: LedgerState): number =>
  behind !== undefined
    ? Infinity
    : Math.min(time(standby?.until ?? null), desired === null ? Infinity : time(expiresAt))

/** What was due did not come to a good end `times` times: it is due again later, and ever later. */
export function postponed(state: LedgerState, due: Due, times: number, at: string): LedgerState {
  const again = after(at, retryMs(times))
  // A person may have moved the time meanwhile: then it is not touched.
  if (dueNow({ ...state, ...(due === 'destroy' ? { standby: null } : {}) }, Date.parse(at)) !== due) return state
  if (due === 'destroy') return { ...state, expiresAt: again }
  return state.standby === null ? state : { ...state, standby: { ...state.standby, until: again } }
}

/** From 10 minutes, doubling to a day. */
export const retryMs = (times: number): number => Math.min(10 * MINUTE * 2 ** (times - 1), 24 * 60 * MINUTE)

const MINUTE = 60_000

const isDue = (iso: string | null, nowMs: number): boolean => time(iso) <= nowMs
const time = (iso: string | null): number => (iso === null ? Infinity : Date.parse(iso))
