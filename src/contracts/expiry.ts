import type { ErrorReport } from '../errors.js'

/* Requests that must not be carried out once the command that asked has given up. */

/** Whether the command that asked has given up by now. */
export const isExpired = ({ notAfter }: { notAfter?: string }, nowMs: number): boolean =>
  notAfter !== undefined && Date.parse(notAfter) < nowMs

/** `now` lets a command whose clock is wrong ask again by the ledger's. */
export const expired = ({ notAfter }: { notAfter?: string }, nowMs: number): ErrorReport => ({
  code: 'EXPIRED',
  message: `the request arrived too late: it had to start by ${notAfter}, and it is ${new Date(nowMs).toISOString()}`,
  hint: 'nothing was started; run the command again',
  details: { notAfter, now: new Date(nowMs).toISOString() },
})
