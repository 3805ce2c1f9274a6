import { readBounded } from '../src/files/read-bounded.js'
import type { Analysis } from '../src/topology/model.js'

/** ms for an answer. */
const WITHIN_MS = 10_000
/** Far above any answer with a number in it; a metric endpoint that was mistaken for another never ends. */
const MOST_BYTES = 1024 * 1024

/** The number that a metric endpoint answers with, or null when there is none within 10 s and 1 MiB. */
export async function readMetric(metric: Analysis['metric'], signal: AbortSignal): Promise<number | null> {
  if (metric === null) return null
  try {
    const response = await fetch(metric.url, { signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]) })
    const body = (response.body ?? []) as AsyncIterable<Uint8Array>
    const text = response.ok ? await readBounded(body, MOST_BYTES) : null
    if (text === null) return null
    const value = metric.path
      .split('.')
      .reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), JSON.parse(text.toString()))
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
