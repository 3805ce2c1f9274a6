import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../../src/topology/model.js'
import { judge, type Look } from '../../../src/traffic/analysis.js'
import type { Summary } from '../../../src/traffic/samples.js'

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
    ['no numbers', analysis(), look({ canary: null, stable: null }), 'noData: the edge gives no numbers'],
    ['no numbers asked for', nothing, look({ canary: null }), 'pass'],
    ['errors that nobody looks at', nothing, look({ canary: answered(200, 200) }), 'pass'],
    [
      'slow',
      latency,
      look({ canary: answered(200, 0, 51) }),
      'breach: 95 % of requests took up to 51 ms, allowed 50 ms; stable 20 ms',
    ],
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
