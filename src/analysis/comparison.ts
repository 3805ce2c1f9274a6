import type { Summary } from '../traffic/samples.js'
import type { Count } from './sequential.js'

/** A canary beside the stable set, in numbers. */
export interface Comparison {
  /** From the first step on. */
  errors: {
    canary: Count
    stable: Count
    /** Percentage points by which more of the canary's requests fail; null: not to be said yet. */
    differencePercent: number | null
    evidence: number
    alarmAt: number
  }
  /** null: not compared. */
  latency: {
    canary: Pick<Summary, 'p50Ms' | 'p95Ms'>
    stable: Pick<Summary, 'p50Ms' | 'p95Ms'>
    /** Percent of pairs in which the canary's request took longer than the stable set's and what is allowed; 50 is even. */
    slowerPercent: number | null
    evidence: number
    alarmAt: number
  } | null
}
