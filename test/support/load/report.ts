/** How a request failed; `status` is an answer outside 2xx, `mismatch` a body that is not the one expected. */
export type Failure = 'status' | 'mismatch' | 'reset' | 'refused' | 'timeout' | 'truncated' | 'other'

export interface FailureRecord {
  kind: Failure
  request: string
  /** ms since the load began. */
  at: number
  detail: string
}

export interface LoadReport {
  /** Every request that was sent is in `ok` or in one of `failures`: sent = ok + failed. */
  sent: number
  ok: number
  failed: number
  failures: Record<Failure, number>
  /** The first 20, word for word. */
  first: FailureRecord[]
  /** Good answers by request kind and by the server that the answer names. */
  byKind: Record<string, number>
  byServer: Record<string, number>
  latencyMs: { p50: number; p95: number; p99: number; max: number }
  /** Largest delay between when a request was due and when it was sent, ms: what the client itself is to blame for. */
  lateMs: number
  durationMs: number
}

const NO_FAILURES: Record<Failure, number> = {
  status: 0,
  mismatch: 0,
  reset: 0,
  refused: 0,
  timeout: 0,
  truncated: 0,
  other: 0,
}

/** Counts while the load runs. */
export class Tally {
  sent = 0
  lateMs = 0
  private readonly failures = { ...NO_FAILURES }
  private readonly first: FailureRecord[] = []
  private readonly byKind: Record<string, number> = {}
  private readonly byServer: Record<string, number> = {}
  private readonly times: number[] = []

  get ended(): number {
    return this.times.length + this.failed
  }

  good(kind: string, server: string, ms: number): void {
    this.byKind[kind] = (this.byKind[kind] ?? 0) + 1
    this.byServer[server] = (this.byServer[server] ?? 0) + 1
    this.times.push(ms)
  }

  bad(record: FailureRecord): void {
    this.failures[record.kind] += 1
    if (this.first.length < 20) this.first.push(record)
  }

  report(durationMs: number): LoadReport {
    const sorted = [...this.times].sort((a, b) => a - b)
    const quantile = (q: number): number => Math.round(sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0)
    return {
      sent: this.sent,
      ok: this.times.length,
      failed: this.failed,
      failures: this.failures,
      first: this.first,
      byKind: this.byKind,
      byServer: this.byServer,
      latencyMs: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: quantile(1) },
      lateMs: Math.round(this.lateMs),
      durationMs: Math.round(durationMs),
    }
  }

  private get failed(): number {
    return Object.values(this.failures).reduce((sum, count) => sum + count, 0)
  }
}
