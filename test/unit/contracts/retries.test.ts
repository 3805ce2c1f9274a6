import { describe, expect, it } from 'vitest'
import { ATTEMPTS, isLastAttempt, pausesBefore } from '../../../src/contracts/retries.js'

it.each([
  [1, 0],
  [2, 250],
  [3, 750],
  [7, 15_750],
  [8, 25_750],
  [9, 35_750],
])('before attempt %i there were %i ms of pauses', (attempt, ms) => expect(pausesBefore(attempt)).toBe(ms))

describe('a failed attempt is the last one', () => {
  it.each([
    ['a host that refuses at once', { code: 'UNREACHABLE', tookMs: 0 }, 9],
    ['a host whose connections time out', { code: 'UNREACHABLE', tookMs: 10_000 }, 3],
    ['a host that may be away for 5 min', { code: 'UNREACHABLE', tookMs: 0, hostTimeoutMs: 300_000 }, 36],
    ['a host that may not be away', { code: 'UNREACHABLE', tookMs: 0, hostTimeoutMs: 1 }, 2],
    ['what Incus refuses', { code: 'INCUS', tookMs: 60_000 }, ATTEMPTS],
    ['what Incus refuses, whatever the host may do', { code: 'INCUS', tookMs: 0, hostTimeoutMs: 300_000 }, ATTEMPTS],
  ])('%s: at attempt %#', (_what, failure, last) => {
    const first = Array.from({ length: 100 }, (_, i) => i + 1).find((attempt) => isLastAttempt({ ...failure, attempt }))
    expect(first).toBe(last)
  })
})
