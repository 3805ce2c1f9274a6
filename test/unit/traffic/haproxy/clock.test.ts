import { describe, expect, it } from 'vitest'
import { atHost } from '../../../../src/traffic/haproxy/clock.js'
import { Exchange } from '../../../../src/traffic/haproxy/exchange.js'
import type { HostExecutor } from '../../../../src/hosts/executor.js'

const NOON = Date.parse('2026-01-01T12:00:00Z')
const HOUR = 3_600_000

describe('a time by the clock of a host', () => {
  it.each<[string, number, number, number]>([
    ['that shows the same', 0, 200, NOON],
    ['that may show the same, by the seconds it tells', 700, 200, NOON],
    ['that is an hour ahead', HOUR, 200, NOON + HOUR],
    ['that is an hour behind', -HOUR, 200, NOON - HOUR],
    ['that is an hour ahead and far away', HOUR, 5_000, NOON + HOUR],
  ])('%s', (_what, ahead, wayMs, expected) => {
    const askedAt = NOON + 60_000
    const hostSeconds = Math.floor((askedAt + wayMs / 2 + ahead) / 1_000)
    const found = atHost(NOON, { askedAt, answeredAt: askedAt + wayMs, hostSeconds })
    expect(Math.abs(found - expected)).toBeLessThanOrEqual(ahead === 0 || ahead === 700 ? 0 : 1_000 + wayMs)
  })
})

describe('requests since a time', () => {
  /** An edge whose host's clock is so far ahead: a request accepted 10 s and one accepted 30 s ago. */
  const edge = (aheadMs: number, answers: ((text: string) => string)[] = []): Exchange => {
    const tryRun = async () => {
      const now = Date.now() + aheadMs
      const line = (agoMs: number, server: string): string => {
        const at = now - agoMs
        return `${Math.floor(at / 1_000)} ${at % 1_000} shop-web-4000 ${server} 200 5`
      }
      const text = `%clock ${Math.floor(now / 1_000)}\n${line(30_000, 'before')}\n${line(10_000, 'after')}\n%end\n`
      return { exitCode: 0, stdout: answers.shift()?.(text) ?? text, stderr: '', durationMs: 1 }
    }
    return new Exchange({ tryRun } as unknown as HostExecutor, 'cul8er-edge')
  }
  const since = async (of: Exchange, agoMs: number): Promise<(string | null)[]> =>
    (await of.requests({ most: 10, sinceMs: Date.now() - agoMs })).map(({ server }) => server)

  it.each([0, HOUR, -HOUR, 90_000, -90_000])('from a host whose clock is %i ms ahead', async (aheadMs) => {
    expect(await since(edge(aheadMs), 20_000)).toEqual(['after'])
    expect(await since(edge(aheadMs), 40_000)).toEqual(['before', 'after'])
    expect(await since(edge(aheadMs), 5_000)).toEqual([])
  })

  it('are asked for again when the answer did not arrive whole', async () => {
    const cut = (text: string): string => text.split('\n').slice(0, 2).join('\n')
    expect(await since(edge(0, [() => '', cut]), 20_000)).toEqual(['after'])
    await expect(since(edge(0, [cut, cut, cut]), 20_000)).rejects.toMatchObject({ code: 'EDGE' })
  })
})
