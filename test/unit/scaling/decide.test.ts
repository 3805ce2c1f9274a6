import { describe, expect, it } from 'vitest'
import { decide, paceOf, stillNeeded, wantedCount, type LoadLook } from '../../../src/scaling/decide.js'
import type { Scaling } from '../../../src/topology/model.js'

const scaling: Scaling = { min: 2, max: 10, target: { of: 'cpu', value: 70 }, coolDownMs: 300_000 }
const NOW = 10_000_000

/** Looks every 15 s, the last one now. */
const looks = (...loads: (number | null)[]): LoadLook[] =>
  loads.map((load, i) => ({ at: NOW - (loads.length - 1 - i) * 15_000, load }))
const steady = (load: number | null, count = 21): LoadLook[] => looks(...Array<number | null>(count).fill(load))
const decided = (seen: readonly LoadLook[], count: number, more: Partial<Scaling> = {}) =>
  decide(seen, { count, scaling: { ...scaling, ...more }, nowMs: NOW })?.count ?? null

describe('wantedCount', () => {
  it.each<[string, number, number, number]>([
    ['as many as bear the load at the target', 4, 105, 6],
    ['rounded up', 4, 80, 5],
    ['the same within a tenth above', 4, 77, 4],
    ['the same within a tenth below', 4, 63, 4],
    ['fewer', 4, 30, 2],
    ['never more than max', 8, 300, 10],
    ['never fewer than min', 4, 0, 2],
    ['min again where there are fewer', 1, 70, 2],
  ])('%s', (_, count, load, wanted) => expect(wantedCount(count, load, scaling)).toBe(wanted))
})

describe('decide', () => {
  it.each<[string, LoadLook[], number, number | null]>([
    ['more after 30 s of load', looks(100, 100, 100), 4, 6],
    ['as many as the least of these looks wants', looks(200, 80, 200), 4, 5],
    ['not for a peak', looks(50, 200, 50), 4, null],
    ['not before 30 s', looks(100, 100), 4, null],
    ['twice as many at most', looks(400, 400, 400), 2, 4],
    ['nothing at max', looks(400, 400, 400), 10, null],
    ['nothing without looks', [], 4, null],
    ['nothing while a load is not known', looks(100, null, 100), 4, null],
    ['nothing after a gap', [{ at: NOW - 100_000, load: 100 }, ...looks(100, 100)], 4, null],
    ['nothing when the last look is long ago', steady(100).map(({ at, load }) => ({ at: at - 60_000, load })), 4, null],
    ['fewer after the cool-down', steady(20), 4, 2],
    ['not before', steady(20, 20), 4, null],
    ['as many as the highest of these looks wants', looks(50, ...Array<number>(20).fill(10)), 4, 3],
    [
      'not when one of them is not known',
      looks(...Array<number>(10).fill(10), null, ...Array<number>(10).fill(10)),
      4,
      null,
    ],
    ['not below min', steady(0), 2, null],
  ])('%s', (_, seen, count, wanted) => expect(decided(seen, count)).toBe(wanted))

  it('names the load that decided', () => {
    expect(decide(looks(90, 100, 110), { count: 4, scaling, nowMs: NOW })).toEqual({ count: 6, load: 100 })
  })
})

it('a shorter cool-down looks more often', () => {
  expect(paceOf({ coolDownMs: 300_000 })).toEqual({ everyMs: 15_000, moreAfterMs: 30_000 })
  expect(paceOf({ coolDownMs: 10_000 })).toEqual({ everyMs: 2_000, moreAfterMs: 10_000 })
})

it('keeps as many looks as a decision takes', () => {
  const kept = stillNeeded(steady(20, 60), { scaling, nowMs: NOW })
  expect(decided(kept, 4)).toBe(2)
  expect(kept.length).toBeLessThan(26)
})
