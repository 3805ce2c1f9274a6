import { describe, expect, it } from 'vitest'
import { normal, seeded, watch, type SimulatedCanary } from '../../../bench/canaries.js'
import { LATENCY_ALARM } from '../../../src/analysis/compare.js'
import {
  addLatency,
  latencyEvidence,
  noLatency,
  ranked,
  slowerShare,
  type LatencyEvidence,
} from '../../../src/analysis/rank.js'
import type { Observation } from '../../../src/analysis/observation.js'

const window = (canary: (number | null)[], stable: (number | null)[]): Observation[] => [
  ...canary.map((ms) => ({ at: 0, canary: true, failed: false, ms })),
  ...stable.map((ms) => ({ at: 0, canary: false, failed: false, ms })),
]
/** Of equal speeds: what is allowed on top is taken off the stable set's times first. */
const even = (ms: number): number => ms - 1

describe('ranks of a window', () => {
  it.each<[string, number[], number[], { slower: number; tail: number } | null]>([
    ['all slower', [30, 40], [1, 2, 3, 4].map(even), { slower: 1, tail: 1 }],
    ['all faster', [1, 2], [30, 40, 50, 60].map(even), { slower: 0, tail: 0 }],
    ['one in the middle', [25], [10, 20, 30, 40].map(even), { slower: 0.5, tail: 0 }],
    ['all the same', [7, 7], [7, 7, 7, 7].map(even), { slower: 0.5, tail: 1 / 3 }],
    ['no canary', [], [1, 2], null],
    ['no stable set', [1, 2], [], null],
  ])('%s', (_what, canary, stable, expected) => {
    const ranks = ranked(window(canary, stable), 0)
    if (expected === null) expect(ranks).toBeNull()
    else {
      expect(ranks?.slower).toBeCloseTo(expected.slower)
      expect(ranks?.tail).toBeCloseTo(expected.tail)
    }
  })

  it('allows so many percent and a millisecond', () => {
    expect(ranked(window([121], [100]), 20)?.slower).toBe(0.5)
    expect(ranked(window([122], [100]), 20)?.slower).toBe(1)
    expect(ranked(window([1], [0]), 20)?.slower).toBe(0.5)
  })

  it('leaves out what says nothing of speed', () => {
    expect(ranked(window([5, null], [1, 1, null]), 20)).toMatchObject({ canary: 1, share: 1 / 3 })
  })

  it.each([
    ['different times', [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]],
    ['ties', [1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 9]],
  ])('mean what chance says, over all ways to deal out %s', (_what, times) => {
    const own = 3
    let deals = 0
    const sum = { slower: 0, tail: 0 }
    for (let mask = 0; mask < 2 ** times.length; mask += 1) {
      const mine = times.filter((_, i) => mask & (1 << i))
      if (mine.length !== own) continue
      const ranks = ranked(window(mine, times.filter((_, i) => !(mask & (1 << i))).map(even)), 0)
      deals += 1
      sum.slower += ranks?.slower ?? NaN
      sum.tail += ranks?.tail ?? NaN
    }
    expect(sum.slower / deals).toBeCloseTo(0.5)
    expect(sum.tail / deals).toBeCloseTo(own / times.length)
  })
})

describe('evidence of latency', () => {
  const after = (count: number, canary: number[], stable: number[]): LatencyEvidence =>
    addLatency(noLatency(), { windows: Array.from({ length: count }, () => window(canary, stable)), throughMs: 1 }, 20)
  const stable = [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]

  it.each<[string, LatencyEvidence, (evidence: number) => boolean]>([
    ['none at the beginning', noLatency(), (e) => Math.abs(e - 1) < 1e-9],
    ['little of one window, however slow', after(1, [900], stable), (e) => e > 1 && e < 5],
    ['enough of a minute', after(12, [900], stable), (e) => e > LATENCY_ALARM],
    ['none of a canary as fast as the stable set', after(100, [14, 15], stable), (e) => e < 1],
    ['none of a little slower', after(100, [15, 17], stable), (e) => e < 1],
  ])('%s', (_what, evidence, holds) => expect(holds(latencyEvidence(evidence))).toBe(true))

  it('says in how many pairs the canary was slower', () => {
    expect(slowerShare(noLatency())).toBeNull()
    expect(slowerShare(after(3, [900], stable))).toBe(1)
  })
})

describe('looks every second', { timeout: 120_000 }, () => {
  const alarm = ({ latency }: { latency: LatencyEvidence }): boolean => latencyEvidence(latency) >= LATENCY_ALARM
  const alarms = (
    canary: () => Omit<SimulatedCanary, 'share'> & { share: number },
    seconds: number,
    runs: number,
  ): number =>
    Array.from({ length: runs }, (_, seed) => {
      const simulated = canary()
      return watch({ ...simulated, share: () => simulated.share }, { seconds, random: seeded(seed), alarm })
    }).filter((found) => found !== null).length
  type Latency = NonNullable<SimulatedCanary['latency']>
  const base: Latency = (_own, _second, random) => 20 * Math.exp(0.5 * normal(random))
  const slowMinutes: Latency = (_own, second) => (second % 60 < 30 ? 5 : 1)
  /** Just as slow as it may be. */
  const atLimit =
    (latency: Latency): Latency =>
    (own, second, random) =>
      own ? 1.2 * latency(own, second, random) + 1 : latency(own, second, random)

  it.each<[string, number, () => Latency]>([
    ['just as slow as they may be, 1 percent', 0.01, () => atLimit(base)],
    ['just as slow as they may be, 50 percent', 0.5, () => atLimit(base)],
    ['in minutes that are slow for both sides', 0.1, () => atLimit((...of) => base(...of) * slowMinutes(...of))],
    ['with a heavy tail', 0.1, () => atLimit((_own, _second, random) => 10 / (1 - random()))],
    ['one of ten instances, each of which is slow for seconds now and then', 0.1, hiccups],
  ])('take at most 2 of 100 sound canaries for slow: %s', (_what, share, latency) => {
    const found = alarms(() => ({ requestsPerSecond: 20, share, latency: latency() }), 150, 500)
    expect(found).toBeLessThanOrEqual(10)
  })

  /** Ten instances, each slow for 3 s once in a minute or so; the first is the canary. */
  function hiccups(): Latency {
    hiccupSeed += 1
    const random = seeded(hiccupSeed)
    const slow = Array.from({ length: 10 }, () => {
      const seconds = new Set<number>()
      for (let second = 0; second < 150; second += 1) {
        if (random() < 1 / 60) [0, 1, 2].forEach((more) => seconds.add(second + more))
      }
      return seconds
    })
    return (own, second, each) => {
      const instance = own ? 0 : 1 + Math.floor(each() * 9)
      return (slow[instance]?.has(second) === true ? 10 : 1) * base(own, second, each)
    }
  }
  let hiccupSeed = 1_000_000

  it.each<[string, number, Latency]>([
    ['half as slow again, 10 percent', 0.1, (own, ...of) => (own ? 1.5 : 1) * base(own, ...of)],
    ['half as slow again, 50 percent', 0.5, (own, ...of) => (own ? 1.5 : 1) * base(own, ...of)],
    [
      'half as slow again in slow minutes, 10 percent',
      0.1,
      (own, ...of) => (own ? 1.5 : 1) * slowMinutes(own, ...of) * base(own, ...of),
    ],
    [
      'one of eight requests five times as slow, 50 percent',
      0.5,
      (own, second, random) => base(own, second, random) * (own && random() < 0.125 ? 5 : 1),
    ],
  ])('find a slow canary within five minutes in 8 of 10 cases: %s', (_what, share, latency) => {
    expect(alarms(() => ({ requestsPerSecond: 50, share, latency }), 300, 50)).toBeGreaterThanOrEqual(40)
  })
})
