import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/analysis/compare.js'
import { noEvidence, type Evidence } from '../../../src/analysis/evidence.js'
import { figures } from '../../../src/analysis/figures.js'
import type { Summary } from '../../../src/traffic/samples.js'

const summary = (over: Partial<Summary> = {}): Summary => ({
  requests: 1_000,
  errors: 0,
  errorPercent: 0,
  p50Ms: 60,
  p95Ms: 110,
  p99Ms: 200,
  ...over,
})
/** As if every bet had gained so many times its stake. */
const bets = (gain: number, count: number): number[] => Array.from({ length: count }, () => Math.log(gain))
const errors = (gain: number, over: Partial<Evidence['errors']> = {}): Evidence => {
  const none = noEvidence()
  const counts = { canary: { requests: 1_000, errors: 41 }, stable: { requests: 3_000, errors: 15 } }
  return {
    ...none,
    errors: { ...none.errors, ...counts, excess: 27, weight: 750, logs: bets(gain, none.errors.logs.length), ...over },
  }
}
const latency = (gain: number): Evidence => {
  const none = noEvidence()
  return { ...none, latency: { ...none.latency, compared: 10, slower: 8, logs: bets(gain, none.latency.logs.length) } }
}
const slow = summary({ p50Ms: 90, p95Ms: 180 })

describe('a comparison', () => {
  it.each<[string, Evidence, Summary, number | null, string[]]>([
    ['nothing to say', noEvidence(), summary(), 20, []],
    ['not yet', errors(33), summary(), 20, []],
    [
      'too many errors',
      errors(38),
      summary(),
      20,
      ['errors 4.1 % (41 of 1,000), stable set 0.5 % (15 of 3,000): evidence 38, alarm at 33'],
    ],
    [
      'far too many',
      errors(1e300),
      summary(),
      20,
      ['errors 4.1 % (41 of 1,000), stable set 0.5 % (15 of 3,000): evidence over 1,000,000, alarm at 33'],
    ],
    ['for certain more, but too few to matter', errors(1e9, { excess: 0.7 }), summary(), 20, []],
    ['not yet slow', latency(49), slow, 20, []],
    [
      'slow',
      latency(61),
      slow,
      20,
      ['latency p95 180 ms, median 90 ms, stable set p95 110 ms, median 60 ms: evidence 61, alarm at 50'],
    ],
    [
      'slow in its tail',
      latency(61),
      summary({ p95Ms: 180 }),
      20,
      ['latency p95 180 ms, median 60 ms, stable set p95 110 ms, median 60 ms: evidence 61, alarm at 50'],
    ],
    ['slow only while it warmed up', latency(61), summary(), 20, []],
    ['slow, which nobody compares', latency(61), slow, null, []],
  ])('%s', (_what, evidence, canary, slowdown, expected) => {
    expect(compare({ evidence, canary, stable: summary() }, slowdown).breaches).toEqual(expected)
  })

  it('is data as well, also in JSON', () => {
    const { comparison } = compare(
      { evidence: errors(1, { logs: bets(1, 5).map(() => 5_000) }), canary: slow, stable: summary() },
      20,
    )
    expect(JSON.parse(JSON.stringify(comparison))).toEqual({
      errors: {
        canary: { requests: 1_000, errors: 41 },
        stable: { requests: 3_000, errors: 15 },
        differencePercent: 3.5999999999999996,
        evidence: 1e12,
        alarmAt: 1 / 0.03,
      },
      latency: {
        canary: { p50Ms: 90, p95Ms: 180 },
        stable: { p50Ms: 60, p95Ms: 110 },
        slowerPercent: null,
        evidence: expect.closeTo(1) as number,
        alarmAt: 50,
      },
    })
  })
})

describe('figures in words', () => {
  const failing = summary({ requests: 1_234, errors: 3 })
  it.each<[string, Parameters<typeof figures>[0], string[]]>([
    ['none of nothing', { canary: null, stable: null, comparison: null }, []],
    ['none without requests', { canary: summary({ requests: 0 }), stable: summary(), comparison: null }, []],
    [
      'of the canary alone',
      { canary: failing, stable: null, comparison: null },
      ['errors 0.24 % (3 of 1,234)', 'latency p95 110 ms, median 60 ms'],
    ],
    [
      'beside the stable set',
      { canary: failing, stable: summary(), comparison: null },
      [
        'errors 0.24 % (3 of 1,234); stable set 0 % (0 of 1,000)',
        'latency p95 110 ms, median 60 ms; stable set p95 110 ms, median 60 ms',
      ],
    ],
    [
      'compared',
      {
        canary: failing,
        stable: summary(),
        comparison: compare({ evidence: noEvidence(), canary: failing, stable: summary() }, 20).comparison,
      },
      [
        'errors none (no requests), stable set none (no requests): evidence 1, alarm at 33',
        'latency p95 110 ms, median 60 ms, stable set p95 110 ms, median 60 ms: evidence 1, alarm at 50',
      ],
    ],
  ])('%s', (_what, seen, words) => expect(figures(seen).words).toEqual(words))
})
