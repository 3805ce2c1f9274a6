/**
 * ok: the probe was answered as expected. failure: the app answered wrongly or refused. error: the probe itself
 * could not be carried out (no address yet, host unreachable, probe program missing).
 */
export interface ProbeResult {
  outcome: 'ok' | 'failure' | 'error'
  /** For people: `HTTP 500`, `connection refused`, `exit 1: no such table`. */
  message: string
  durationMs: number
  /** ISO time. */
  at: string
  /** An error that comes with starting (no address yet, no agent yet): tolerated until the deadline. */
  pending?: boolean
  /** It did not answer from outside, but it did inside. */
  answeredInside?: boolean
  /** What to do about it. */
  hint?: string
}

/** What asking found out. */
export type Finding = Omit<ProbeResult, 'durationMs' | 'at'>

/** What waiting for health found out. */
export interface HealthReport {
  healthy: boolean
  successes: number
  failures: number
  errors: number
  last: ProbeResult | null
  waitedMs: number
}

/** How one probe is carried out. */
export interface ProbeOptions {
  timeoutMs: number
  signal?: AbortSignal
}
