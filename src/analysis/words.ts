import type { Comparison } from './comparison.js'
import type { Count } from './sequential.js'

/** errors 4.1 % (41 of 1,000), stable set 0.5 % (15 of 3,000): evidence 38, alarm at 33 */
export const errorWords = ({ canary, stable, evidence, alarmAt }: Comparison['errors']): string =>
  `errors ${rate(canary)}, stable set ${rate(stable)}: ${weighed(evidence, alarmAt)}`

/** latency p95 180 ms, median 90 ms, stable set p95 110 ms, median 60 ms: evidence 61, alarm at 50 */
export const latencyWords = ({ canary, stable, evidence, alarmAt }: NonNullable<Comparison['latency']>): string =>
  `latency p95 ${ms(canary.p95Ms)}, median ${ms(canary.p50Ms)}, stable set p95 ${ms(stable.p95Ms)}, median ${ms(stable.p50Ms)}: ${weighed(evidence, alarmAt)}`

/** 4.1 % (41 of 1,000) */
export const rate = ({ requests, errors }: Count): string =>
  requests === 0
    ? 'none (no requests)'
    : `${percent((errors / requests) * 100)} (${count(errors)} of ${count(requests)})`

export const ms = (value: number | null): string => (value === null ? 'unknown' : `${count(value)} ms`)

/** One digit after the point; of less than 1 %, two that say something. */
const percent = (value: number): string => `${Number(value < 1 ? value.toPrecision(2) : value.toFixed(1))} %`

const count = (value: number): string => Math.round(value).toLocaleString('en-US')

const weighed = (evidence: number, alarmAt: number): string =>
  `evidence ${amount(evidence)}, alarm at ${count(alarmAt)}`

const amount = (evidence: number): string =>
  evidence >= 1e6 ? 'over 1,000,000' : evidence >= 10 ? count(evidence) : String(Number(evidence.toPrecision(2)))
