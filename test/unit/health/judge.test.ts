import { describe, expect, it } from 'vitest'
import { healthJudge } from '../../../src/health/judge.js'
import type { ProbeResult } from '../../../src/health/model.js'
import type { Healthcheck } from '../../../src/topology/model.js'

const check: Healthcheck = {
  probe: { kind: 'tcp', port: 1 },
  intervalMs: 1_000,
  timeoutMs: 500,
  retries: 3,
  errorLimit: 4,
  minHealthyMs: 3_000,
  deadlineMs: 20_000,
}

/** o: ok, f: failure, e: error, p: error that is pending; one probe a second, the first after a second. */
function judge(probes: string, { proven, ...changes }: Partial<Healthcheck> & { proven?: boolean } = {}): string {
  const judging = healthJudge({ ...check, ...changes }, 0, { proven })
  const outcomes = { o: 'ok', f: 'failure', e: 'error', p: 'error' } as const
  for (const [i, sign] of [...probes].entries()) {
    const result: ProbeResult = { outcome: outcomes[sign as 'o'], message: sign, durationMs: 1, at: '' }
    const state = judging.add(sign === 'p' ? { ...result, pending: true } : result, (i + 1) * 1_000)
    if (state.verdict !== 'waiting')
      return `${state.verdict}${state.because === null ? '' : ` ${state.because}`} at ${i + 1}`
  }
  return 'waiting'
}

describe('healthJudge', () => {
  it.each([
    ['successes that last', 'oooo', {}, 'healthy at 4'],
    ['successes that have not lasted yet', 'ooo', {}, 'waiting'],
    ['one success where none must last', 'ffo', { minHealthyMs: 0 }, 'healthy at 3'],
    ['failures before the first success', 'ffffffffoooo', {}, 'healthy at 12'],
    ['an app that never answers', 'f'.repeat(30), {}, 'unhealthy deadline at 20'],
    ['a failure that begins the time anew', 'ooofoooo', {}, 'healthy at 8'],
    ['an app that dies after it answered', 'ooofff', {}, 'unhealthy failures at 6'],
    ['an app that dies at its first try', 'off', { retries: 2 }, 'unhealthy failures at 3'],
    ['no retries: the first failure ends it', 'of', { retries: 0 }, 'unhealthy failures at 2'],
    ['an app that was proven and does not answer any more', 'fff', { proven: true }, 'unhealthy failures at 3'],
    ['an app that was proven and misses a probe', 'ffo', { proven: true, minHealthyMs: 0 }, 'healthy at 3'],
    ['failures with successes between', 'offoffoff', {}, 'waiting'],
    ['an app that comes and goes', 'oof'.repeat(10), {}, 'unhealthy deadline at 20'],
    ['errors up to the limit', 'eeeeoooo', {}, 'healthy at 8'],
    ['errors beyond the limit', 'eeeee', {}, 'unhealthy errors at 5'],
    ['errors with an answer between', 'eeeefeeeeoooo', {}, 'healthy at 13'],
    ['an error is no success', 'oooeooo', {}, 'waiting'],
    ['an error is no failure', 'offeoooo', {}, 'healthy at 8'],
    ['an error does not make failures few', 'offef', {}, 'unhealthy failures at 5'],
    ['no address for long', 'pppppppppoooo', {}, 'healthy at 13'],
    ['no address ever', 'p'.repeat(30), {}, 'unhealthy deadline at 20'],
    ['pending does not count with errors', 'eeeepeeeep', {}, 'waiting'],
    ['success in the last moment', 'oooo', { deadlineMs: 4_000 }, 'healthy at 4'],
    ['success that comes too late to last', 'ffoo', { deadlineMs: 4_000 }, 'unhealthy deadline at 4'],
  ])('%s', (_, probes, changes, verdict) => {
    expect(judge(probes, changes)).toBe(verdict)
  })

  const pauses = (probes: ProbeResult['outcome'][], changes: Partial<Healthcheck> = {}, pending = false): number[] => {
    const judging = healthJudge({ ...check, ...changes }, 0)
    let now = 0
    return probes.map((outcome) => {
      const { nextProbeMs } = judging.add({ outcome, message: '', durationMs: 0, at: '', pending }, now)
      now += nextProbeMs
      return Math.round(nextProbeMs)
    })
  }

  it.each([
    [
      'quickly at first, then by the interval',
      Array<'failure'>(9).fill('failure'),
      {},
      false,
      [50, 75, 113, 169, 253, 380, 570, 854, 1000],
    ],
    ['by the interval after a success', ['ok', 'failure', 'ok'] as const, {}, false, [1000, 1000, 1000]],
    ['no later than healthy can be', ['ok'] as const, { minHealthyMs: 300 }, false, [300]],
    ['no later than the deadline', ['ok'] as const, { deadlineMs: 200 }, false, [200]],
    ['by the interval after an error', ['error', 'error'] as const, {}, false, [1000, 1000]],
    ['quickly while there is no address', ['error', 'error'] as const, {}, true, [50, 75]],
  ])('probes %s', (_, outcomes, changes, pending, expected) => {
    expect(pauses([...outcomes], changes, pending)).toEqual(expected)
  })

  it('reports what it counted', () => {
    const judging = healthJudge(check, 100)
    const last: ProbeResult = { outcome: 'failure', message: 'HTTP 500', durationMs: 2, at: 'now' }
    judging.add({ ...last, outcome: 'ok' }, 200)
    judging.add({ ...last, outcome: 'error' }, 300)
    expect(judging.add(last, 400).report).toEqual({
      healthy: false,
      successes: 1,
      failures: 1,
      errors: 1,
      last,
      waitedMs: 300,
    })
  })
})
