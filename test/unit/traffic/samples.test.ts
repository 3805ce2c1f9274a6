import { describe, expect, it } from 'vitest'
import type { RequestSample } from '../../../src/traffic/model.js'
import { summarise } from '../../../src/traffic/samples.js'

const sample = (server: string | null, status: number | null, totalMs: number): RequestSample => ({
  at: 0,
  pool: 'p',
  server,
  status,
  totalMs,
})

describe('summarise', () => {
  const samples = [
    ...Array.from({ length: 98 }, (_, n) => sample('a', 200, n + 1)),
    sample('a', 500, 500),
    sample('a', -1, 900),
    sample('b', 404, 7),
    sample('b', null, 9),
    sample(null, 503, 0),
  ]

  it.each([
    ['a', { requests: 100, errors: 2, errorPercent: 2, p50Ms: 50, p95Ms: 95, p99Ms: 500 }],
    ['b', { requests: 2, errors: 0, errorPercent: 0, p50Ms: 7, p95Ms: 9, p99Ms: 9 }],
    ['c', { requests: 0, errors: 0, errorPercent: null, p50Ms: null, p95Ms: null, p99Ms: null }],
  ])('of %s', (server, summary) => expect(summarise(samples, new Set([server]))).toEqual(summary))

  it('of all counts what no server took', () => expect(summarise(samples)).toMatchObject({ requests: 103, errors: 3 }))
})
