import type { RequestSample } from './model.js'

export interface Summary {
  requests: number
  /** Answers of 500 and above, and requests that got none. */
  errors: number
  /** Percent of the requests; null without requests. */
  errorPercent: number | null
  /** ms by the nearest rank; null without requests. */
  p50Ms: number | null
  p95Ms: number | null
  p99Ms: number | null
}

/**
 * What several edges saw, in the order in which the requests ended. What one edge lists is in its own order; by the last of an edge that has
 * nothing to do nobody could tell how late it is.
 */
export const together = (edges: readonly RequestSample[][]): RequestSample[] =>
  edges.length > 1 ? edges.flat().sort((a, b) => a.at + a.totalMs - (b.at + b.totalMs)) : edges.flat()

/** Error rate and latency quantiles of the requests that these servers took; null means every request. */
export function summarise(samples: readonly RequestSample[], servers: ReadonlySet<string> | null = null): Summary {
  const own = samples.filter(({ server }) => servers === null || (server !== null && servers.has(server)))
  const errors = own.filter(isError).length
  const times = own.map(({ totalMs }) => totalMs).sort((a, b) => a - b)
  return {
    requests: own.length,
    errors,
    errorPercent: own.length === 0 ? null : (errors / own.length) * 100,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    p99Ms: quantile(times, 0.99),
  }
}

/** An answer of 500 or above, or none. */
export const isError = ({ status }: Pick<RequestSample, 'status'>): boolean =>
  status !== null && (status >= 500 || status < 100)

const quantile = (sorted: readonly number[], q: number): number | null =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null
