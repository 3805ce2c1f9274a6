import type { Summary } from '../traffic/samples.js'
import type { Comparison } from './comparison.js'
import { errorWords, latencyWords, ms, rate } from './words.js'

/** What a verdict rests on. */
export interface Figures {
  /** Requests of this step; null: the edge returned no metrics. */
  canary: Summary | null
  stable: Summary | null
  /** null: not compared. */
  comparison: Comparison | null
  /** The same for people, a line each. */
  words: string[]
}

export function figures(seen: Omit<Figures, 'words'>): Figures {
  return { ...seen, words: seen.comparison === null ? plain(seen) : compared(seen.comparison) }
}

const compared = ({ errors, latency }: Comparison): string[] => [
  errorWords(errors),
  ...(latency === null ? [] : [latencyWords(latency)]),
]

function plain({ canary, stable }: Omit<Figures, 'words'>): string[] {
  if (canary === null || canary.requests === 0) return []
  const beside = stable === null || stable.requests === 0 ? null : stable
  return [
    `errors ${rate(canary)}${beside === null ? '' : `; stable set ${rate(beside)}`}`,
    `latency p95 ${ms(canary.p95Ms)}, median ${ms(canary.p50Ms)}${beside === null ? '' : `; stable set p95 ${ms(beside.p95Ms)}, median ${ms(beside.p50Ms)}`}`,
  ]
}
