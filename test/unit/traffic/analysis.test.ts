import { describe, expect, it } from 'vitest'
import { noEvidence, type Evidence } from '../../../src/analysis/evidence.js'
import type { Analysis } from '../../../src/topology/model.js'
import { judge, trafficOf, type Look } from '../../../src/traffic/analysis.js'
import type { RequestSample } from '../../../src/traffic/model.js'
import { together, type Summary } from '../../../src/traffic/samples.js'

const analysis = (over: Partial<Analysis> = {}): Analysis => ({
  maxErrorRatePercent: 1,
  maxLatencyP95Ms: null,
  compare: null,
  maxSlowdownPercent: 20,
  command: null,
  metric: null,
  minRequests: 100,
  intervalMs: 1_000,
  ...over,
})
const answered = (requests: number, errors = 0, p95Ms = 20): Summary => ({
  requests,
  errors,
  errorPercent: requests === 0 ? null : (errors / requests) * 100,
  p50Ms: p95Ms,
  p95Ms: requests === 0 ? null : p95Ms,
  p99Ms: p95Ms,
})
const failed = (failures: number): Look['probes'] => [{ instance: 'shop-web-canary', failures, most: 3 }]
const look = (over: Partial<Look> = {}): Look => ({
  canary: answered(200),
  stable: answered(1_000),
  evidence: null,
  probes: failed(0),
  commandExit: null,
  metric: null,
  ...over,
})
const said = (of: Analysis, seen: Look): string => {
  const verdict = judge(of, seen)
  return verdict.verdict === 'pass' ? 'pass' : `${verdict.verdict}: ${verdict.reasons.join('; ')}`
}

describe('a verdict on a canary', () => {
  const latency = analysis({ maxLatencyP95Ms: 50 })
  const command = analysis({ command: ['check', '--now'] })
  const metric = analysis({ metric: { url: 'http://m/x', path: 'data.rate', max: 5 } })
  const nothing = analysis({ maxErrorRatePercent: null })

  it.each<[string, Analysis, Look, string]>([
    ['all well', analysis(), look(), 'pass'],
    ['as many errors as allowed', analysis(), look({ canary: answered(200, 2) }), 'pass'],
    [
      'more',
      analysis(),
      look({ canary: answered(200, 3) }),
      'breach: 3 of 200 requests failed (1.5 %, allowed 1 %; stable 0 %)',
    ],
    [
      'no excuse that stable is as bad',
      analysis(),
      look({ canary: answered(200, 20), stable: answered(1_000, 100) }),
      'breach: 20 of 200 requests failed (10.0 %, allowed 1 %; stable 10 %)',
    ],
    [
      'few requests, one of them bad: not yet',
      analysis(),
      look({ canary: answered(2, 1) }),
      'noData: 2 requests so far, 100 needed',
    ],
    [
      'few requests, but more of them bad than of all that are needed',
      analysis(),
      look({ canary: answered(2, 2) }),
      'breach: 2 of 2 requests failed (100.0 %, allowed 1 %; stable 0 %)',
    ],
    [
      'no error allowed',
      analysis({ maxErrorRatePercent: 0 }),
      look({ canary: answered(100, 1), stable: null }),
      'breach: 1 of 100 requests failed (1.0 %, allowed 0 %)',
    ],
    ['no request', analysis(), look({ canary: answered(0) }), 'noData: 0 requests so far, 100 needed'],
    ['no request needed', analysis({ minRequests: 0 }), look({ canary: answered(0) }), 'pass'],
    ['no numbers', analysis(), look({ canary: null, stable: null }), 'noData: the edge returns no metrics'],
    ['no numbers asked for', nothing, look({ canary: null }), 'pass'],
    ['errors that nobody looks at', nothing, look({ canary: answered(200, 200) }), 'pass'],
    ['slow', latency, look({ canary: answered(200, 0, 51) }), 'breach: p95 51 ms, allowed 50 ms; stable 20 ms'],
    ['just not slow', latency, look({ canary: answered(200, 0, 50) }), 'pass'],
    ['slow, of too few', latency, look({ canary: answered(99, 0, 900) }), 'noData: 99 requests so far, 100 needed'],
    [
      'probes that fail',
      analysis(),
      look({ probes: failed(3) }),
      'breach: 3 health probes of shop-web-canary failed in a row',
    ],
    ['not enough of them', analysis(), look({ probes: failed(2) }), 'pass'],
    [
      'probes that fail, without any numbers',
      analysis(),
      look({ canary: null, probes: failed(4) }),
      'breach: 4 health probes of shop-web-canary failed in a row',
    ],
    ['the command passes', command, look({ commandExit: 0 }), 'pass'],
    ['the command refuses', command, look({ commandExit: 1 }), 'breach: analysis command check failed (exit 1)'],
    ['the command breaks', command, look({ commandExit: 127 }), 'noData: analysis command check gave no verdict'],
    ['the command cannot run', command, look({ commandExit: null }), 'noData: analysis command check gave no verdict'],
    ['the number passes', metric, look({ metric: 5 }), 'pass'],
    ['the number is too high', metric, look({ metric: 5.5 }), 'breach: data.rate is 5.5, allowed 5'],
    ['no number', metric, look(), 'noData: http://m/x gave no number at data.rate'],
    [
      'a breach needs no more evidence, and all that is wrong is said',
      { ...metric, command: ['check'] },
      look({ probes: failed(3), commandExit: 1, canary: answered(200, 40) }),
      'breach: 3 health probes of shop-web-canary failed in a row; 40 of 200 requests failed (20.0 %, allowed 1 %; stable 0 %); analysis command check failed (exit 1)',
    ],
    [
      'everything that is missing is named',
      { ...metric, command: ['check'] },
      look({ canary: answered(3) }),
      'noData: 3 requests so far, 100 needed; analysis command check gave no verdict; http://m/x gave no number at data.rate',
    ],
  ])('%s', (_what, of, seen, expected) => {
    expect(said(of, seen)).toBe(expected)
  })
})

describe('a verdict on a canary that is compared', () => {
  const compared = analysis({ compare: 'stable', maxErrorRatePercent: null })
  const sides = { canary: new Set(['canary']), stable: new Set(['one', 'two']) }
  /** 20 requests a second for a minute, half of them to the canary; every so manieth of each side fails. */
  const samples = ({ canary, stable, ms = 20 }: { canary: number; stable: number; ms?: number }): RequestSample[] =>
    Array.from({ length: 1_200 }, (_, i): RequestSample => {
      const own = i % 2 === 0
      const nth = Math.floor(i / 2) + 1
      const failed = nth % (own ? canary : stable) === 0
      return {
        at: 1_000_000 + i * 50,
        pool: 'p',
        server: own ? 'canary' : nth % 2 === 0 ? 'one' : 'two',
        status: failed ? 502 : 200,
        totalMs: own ? ms : 20,
      }
    })
  const seen = (of: Analysis, requests: RequestSample[], over: Partial<Look> = {}): Look =>
    look({
      ...trafficOf(requests, sides, { evidence: noEvidence(), slowdownPercent: of.maxSlowdownPercent }),
      ...over,
    })
  const sound = samples({ canary: 100, stable: 100 })
  const only = (server: string): RequestSample[] => sound.filter((sample) => sample.server === server)

  it.each<[string, Analysis, Look, RegExp]>([
    ['as good', compared, seen(compared, sound), /^pass$/],
    [
      'more errors',
      compared,
      seen(compared, samples({ canary: 10, stable: 100 })),
      /^breach: errors 10 % \(\d+ of \d+\), stable set 0\.\d+ % \(\d of \d+\): evidence .*, alarm at 33$/,
    ],
    [
      'more errors, which nobody compares',
      analysis({ maxErrorRatePercent: 20 }),
      seen(compared, samples({ canary: 10, stable: 100 }), { evidence: null }),
      /^pass$/,
    ],
    ['fewer errors', compared, seen(compared, samples({ canary: 100, stable: 10 })), /^pass$/],
    [
      'more errors than the threshold allows as well',
      analysis({ compare: 'stable' }),
      seen(compared, samples({ canary: 10, stable: 100 })),
      /^breach: 60 of 600 requests failed \(10\.0 %, allowed 1 %; stable 1 %\); errors 10 %/,
    ],
    [
      'slower',
      compared,
      seen(compared, samples({ canary: 100, stable: 100, ms: 30 })),
      /^breach: latency p95 30 ms, median 30 ms, stable set p95 20 ms, median 20 ms: evidence \d+, alarm at 50$/,
    ],
    [
      'slower, but within what is allowed',
      compared,
      seen(compared, samples({ canary: 100, stable: 100, ms: 25 })),
      /^pass$/,
    ],
    [
      'a stable set without requests',
      compared,
      seen(compared, only('canary')),
      /^noData: 0 requests to the stable set so far, 100 needed to compare with$/,
    ],
    [
      'too few requests of either',
      compared,
      seen(compared, [...only('canary').slice(0, 7), ...only('one').slice(0, 1)]),
      /^noData: 7 requests so far, 100 needed; 1 request to the stable set so far, 100 needed to compare with$/,
    ],
    [
      'no requests where none are needed',
      analysis({ compare: 'stable', maxErrorRatePercent: null, minRequests: 0 }),
      seen(compared, []),
      /^noData: 0 requests so far, 1 needed; 0 requests to the stable set so far, 1 needed to compare with$/,
    ],
    [
      'no numbers',
      compared,
      look({ canary: null, stable: null, evidence: noEvidence() }),
      /^noData: the edge returns no metrics$/,
    ],
  ])('%s', (_what, of, at, expected) => expect(said(of, at)).toMatch(expected))

  it('carries its figures, whatever it is, and what the next look goes on from', () => {
    for (const of of [sound, samples({ canary: 2, stable: 100 }), only('canary')]) {
      const at = seen(compared, of)
      const { figures, evidence } = judge(compared, at)
      expect(figures).toMatchObject({ canary: { requests: 600 }, stable: at.stable })
      expect(figures.words).toHaveLength(2)
      expect(figures.words[0]).toMatch(/^errors .*: evidence .*, alarm at 33$/)
      expect(evidence).toBe(at.evidence)
    }
    expect(judge(analysis(), look()).figures.words).toEqual([
      'errors 0 % (0 of 200); stable set 0 % (0 of 1,000)',
      'latency p95 20 ms, median 20 ms; stable set p95 20 ms, median 20 ms',
    ])
    expect(judge(analysis(), look())).not.toHaveProperty('evidence')
  })

  it('counts no request twice, and none less, when it looks every second and workers take over', () => {
    const all = samples({ canary: 10, stable: 100 })
    const at = (evidence: Evidence | null, until: number): Evidence | null =>
      trafficOf(
        all.filter((sample) => sample.at + sample.totalMs <= until),
        sides,
        { evidence, slowdownPercent: 20 },
      ).evidence
    let evidence: Evidence | null = noEvidence()
    for (let until = 1_000_000; until <= 1_060_000; until += 700) {
      evidence = at(JSON.parse(JSON.stringify(evidence)) as Evidence, until)
    }
    expect(at(evidence, 1_070_000)).toEqual(at(noEvidence(), 1_070_000))
  })

  it('gathers as much where another edge has had nothing to do for long', () => {
    const all = samples({ canary: 10, stable: 100 })
    const evidence = (requests: RequestSample[]): Evidence | null =>
      trafficOf(requests, sides, { evidence: noEvidence(), slowdownPercent: 20 }).evidence
    expect(evidence(together([all, all.slice(0, 1)]))?.errors.throughMs).toBe(evidence(all)?.errors.throughMs)
    expect(evidence(together([all, all.slice(0, 1)]))?.errors.throughMs).toBeGreaterThan(0)
  })

  it('takes no speed from errors, tunnels and TCP', () => {
    const odd = samples({ canary: 100, stable: 100, ms: 900 }).map((sample, i) =>
      sample.server === 'canary' ? { ...sample, status: [500, 101, null][i % 3] ?? null } : sample,
    )
    expect(trafficOf(odd, sides, { evidence: noEvidence(), slowdownPercent: 20 }).evidence?.latency.compared).toBe(0)
  })
})
