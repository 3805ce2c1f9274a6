/* How failed activities are tried again: workflows ask for it, and activities decide by it when it is enough. */

/** Pauses between attempts. */
export const BACKOFF = { initialInterval: 250, backoffCoefficient: 2, maximumInterval: 10_000 } as const

/** Attempts at what a retry may fix: 26 s of pauses. */
export const ATTEMPTS = 8

/** How long a host may give no answer where nothing else is declared, ms. */
const HOST_TIMEOUT_MS = 30_000

/** All pauses before an attempt (from 1), ms. */
export function pausesBefore(attempt: number): number {
  const { initialInterval, backoffCoefficient, maximumInterval } = BACKOFF
  let sum = 0
  for (let k = 1; k < attempt; k += 1) {
    sum += Math.min(maximumInterval, initialInterval * backoffCoefficient ** (k - 1))
  }
  return sum
}

/**
 * Whether a failed attempt was the last one. A host that gives no answer is waited for as long as is declared; the time is
 * reckoned from attempts, so that time without a worker, in which nobody asked the host, does not count.
 */
export const isLastAttempt = ({
  code,
  attempt,
  tookMs,
  hostTimeoutMs = HOST_TIMEOUT_MS,
}: {
  code: string
  attempt: number
  /** Of this attempt. */
  tookMs: number
  hostTimeoutMs?: number
}): boolean =>
  code === 'UNREACHABLE' ? pausesBefore(attempt) + attempt * tookMs >= hostTimeoutMs : attempt >= ATTEMPTS
