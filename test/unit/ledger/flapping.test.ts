import { describe, expect, it } from 'vitest'
import type { Flapping, HostChange } from '../../../src/contracts/index.js'
import { afterReturn, flappingAfter, quietUntil } from '../../../workflows/ledger/flapping.js'

const START = Date.parse('2026-01-01T00:00:00.000Z')
const at = (minutes: number): string => new Date(START + minutes * 60_000).toISOString()

/** After returns at these minutes: how long the host has to be quiet after the last of them, in whole minutes. */
const quietAfter = (minutes: readonly number[]): number => {
  const last = minutes.reduce<Flapping | undefined>((before, minute) => afterReturn(before, at(minute)), undefined)
  const until = last?.quietUntil
  return until === undefined ? 0 : Math.round((Date.parse(until) - Date.parse(last?.at ?? '')) / 60_000)
}

describe('a host that died and is back', () => {
  it.each([
    ['once', [0], 0],
    ['twice', [0, 5], 0],
    ['three times within ten minutes', [0, 5, 10], 25],
    ['twice at the same time', [0, 0.01], 0],
    ['four times: it has to be quiet for longer', [0, 5, 10, 15], 29],
    ['once an hour, for a day', Array.from({ length: 24 }, (_, hour) => hour * 60), 0],
    ['every twenty minutes', Array.from({ length: 24 }, (_, n) => n * 20), 0],
    ['all the time: no longer than an hour', Array.from({ length: 60 }, (_, minute) => minute), 60],
  ])('%s', (_, minutes, expected) => {
    expect(quietAfter(minutes)).toBe(expected)
  })

  it('is quiet again once its time is over, and one that returns meanwhile begins over', () => {
    const flapping = { b: afterReturn(afterReturn(afterReturn(undefined, at(0)), at(5)), at(10)) }
    const until = Date.parse(flapping.b.quietUntil ?? '')
    expect(quietUntil({ flapping }, 'b', until - 1)).toBe(flapping.b.quietUntil)
    expect(quietUntil({ flapping }, 'b', until)).toBeNull()
    expect(quietUntil({ flapping }, 'a', START)).toBeNull()
    const again = afterReturn(flapping.b, at(30))
    expect(Date.parse(again.quietUntil ?? '')).toBeGreaterThan(until)
  })
})

const change = (host: string, from: HostChange['from'], to: HostChange['to'], minute: number): HostChange => ({
  ...{ host, from, to },
  at: at(minute),
})

it('only returns from death count, and what was quiet for long is forgotten', () => {
  const flapping = flappingAfter({}, [change('a', 'suspected', 'alive', 0), change('b', 'dead', 'alive', 0)])
  expect(flapping).toEqual({ b: { penalty: 1_000, at: at(0) } })
  expect(flappingAfter({ flapping }, [change('a', 'alive', 'suspected', 15)])).toEqual(flapping)
  expect(flappingAfter({ flapping }, [change('a', 'alive', 'suspected', 60)])).toBeUndefined()
})
