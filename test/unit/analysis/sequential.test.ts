import { describe, expect, it } from 'vitest'
import { watch, seeded, type SimulatedCanary } from '../../../bench/canaries.js'
import { ERROR_ALARM } from '../../../src/analysis/compare.js'
import {
  addErrors,
  errorDifference,
  errorEvidence,
  gains,
  noErrors,
  type ErrorEvidence,
} from '../../../src/analysis/sequential.js'
import type { Observation } from '../../../src/analysis/observation.js'

const counts = (canary: [number, number], stable: [number, number]) => ({
  canary: { requests: canary[0], errors: canary[1] },
  stable: { requests: stable[0], errors: stable[1] },
})

const choose = (n: number, k: number): number =>
  k < 0 || k > n ? 0 : Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((a, b) => a * b, 1)

/** A window of a canary and a stable set: requests and errors of each. */
const window = (canary: [number, number], stable: [number, number]): Observation[] =>
  [canary, stable].flatMap(([requests, errors], side) =>
    Array.from({ length: requests }, (_, i) => ({ at: 0, canary: side === 0, failed: i < errors, ms: null })),
  )
const after = (...windows: Observation[][]): ErrorEvidence => addErrors(noErrors(), { windows, throughMs: 1 })

describe('evidence of errors', () => {
  it.each([
    [1, 19, 1],
    [10, 90, 3],
    [50, 50, 20],
    [5, 15, 18],
    [200, 100, 40],
  ])('of one window of %i and %i requests, %i of them failed: every bet is fair', (own, others, errors) => {
    const means = gains(counts([own, 0], [others, errors])).map(() => 0)
    for (let x = Math.max(0, errors - others); x <= Math.min(own, errors); x += 1) {
      const chance = (choose(own, x) * choose(others, errors - x)) / choose(own + others, errors)
      gains(counts([own, x], [others, errors - x])).forEach((gain, i) => (means[i]! += chance * Math.exp(gain)))
    }
    for (const mean of means) expect(mean).toBeCloseTo(1, 6)
  })

  it.each<[string, ErrorEvidence, (evidence: number) => boolean]>([
    ['none at the beginning', noErrors(), (e) => e === 1],
    ['none without errors', after(window([10, 0], [90, 0])), (e) => e === 1],
    ['none when all fail', after(window([10, 10], [90, 90])), (e) => e === 1],
    ['none of one side alone', after(window([0, 0], [90, 20]), window([10, 5], [0, 0])), (e) => e === 1],
    ['little of one error', after(window([10, 1], [90, 0])), (e) => e > 1 && e < 5],
    ['less when the stable set fails', after(window([10, 0], [90, 5])), (e) => e < 1],
    [
      'enough of five in a row',
      after(...Array.from({ length: 5 }, () => window([10, 1], [90, 0]))),
      (e) => e > ERROR_ALARM,
    ],
    ['an outage, without overflow', after(window([5_000, 4_000], [5_000, 0])), (e) => e > 1e100],
    ['not against a better canary', after(window([5_000, 0], [5_000, 4_000])), (e) => e < 1e-50],
  ])('%s', (_what, evidence, holds) => expect(holds(errorEvidence(evidence))).toBe(true))

  it('the difference of the rates is that within windows, not that of the sums', () => {
    // Twice as bad in each window; the sums would say that the canary is better.
    const evidence = after(window([100, 2], [900, 9]), window([10, 8], [990, 396]))
    expect(evidence).toMatchObject(counts([110, 10], [1_890, 405]))
    expect(10 / 110).toBeLessThan(405 / 1_890)
    expect(errorDifference(evidence)).toBeGreaterThan(0.01)
    expect(errorDifference(noErrors())).toBeNull()
  })
})

describe('looks every second', { timeout: 120_000 }, () => {
  const alarm = ({ errors }: { errors: ErrorEvidence }): boolean => errorEvidence(errors) >= ERROR_ALARM
  const alarms = (canary: SimulatedCanary, seconds: number, runs: number): number =>
    Array.from({ length: runs }, (_, seed) => watch(canary, { seconds, random: seeded(seed), alarm })).filter(
      (found) => found !== null,
    ).length

  /** Error rates that rise and fall, for both sides alike. */
  const drifting = (_own: boolean, second: number): number => 0.1 * (1 + Math.sin(second / 30))

  it.each<[string, SimulatedCanary['share'], SimulatedCanary['errorRate']]>([
    ['a share of 1 percent', () => 0.01, drifting],
    ['a share of 10 percent', () => 0.1, drifting],
    ['a share of 50 percent', () => 0.5, drifting],
    ['a share that grows while errors grow with it', (s) => (s < 50 ? 0.05 : 0.5), (_own, s) => (s < 50 ? 0.01 : 0.2)],
    ['outages of both sides', () => 0.1, (_own, s) => (s % 60 < 5 ? 0.7 : 0.01)],
  ])('take at most 5 of 100 sound canaries for bad: %s', (_what, share, errorRate) => {
    expect(alarms({ requestsPerSecond: 20, share, errorRate }, 150, 1_000)).toBeLessThanOrEqual(50)
  })

  it.each([
    ['10 percent', 0.1, 250],
    ['50 percent', 0.5, 90],
  ])('find a doubled error rate of 1 percent in 8 of 10 cases, at a share of %s', (_what, share, seconds) => {
    const doubled: SimulatedCanary = {
      requestsPerSecond: 100,
      share: () => share,
      errorRate: (own) => (own ? 0.02 : 0.01),
    }
    expect(alarms(doubled, seconds, 100)).toBeGreaterThanOrEqual(80)
  })
})
