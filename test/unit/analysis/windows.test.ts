import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { closedWindows } from '../../../src/analysis/windows.js'
import type { Observation } from '../../../src/analysis/observation.js'

const at = (...times: number[]): Observation[] =>
  times.map((time) => ({ at: time, canary: false, failed: false, ms: null }))
const timesOf = (windows: Observation[][]): number[][] => windows.map((window) => window.map((each) => each.at))
const RULE = { leastMs: 1_000, least: 2 }

describe('windows of requests', () => {
  it.each<[string, number[], number, number[][], number]>([
    ['nothing', [], 0, [], 0],
    ['nothing new', [], 7_000, [], 7_000],
    ['the last two seconds may not be complete', [1_000, 1_100, 2_999], 0, [], 0],
    ['two seconds later they are', [1_000, 1_100, 4_000], 0, [[1_000, 1_100]], 2_000],
    ['too few: it goes on', [1_000, 2_000, 3_000, 9_000], 0, [[1_000, 2_000]], 3_000],
    ['it ends between two seconds', [1_000, 24_000, 24_000, 27_000], 0, [[1_000, 24_000, 24_000]], 25_000],
    ['what is through does not count again', [1_000, 1_100, 2_000, 2_100, 9_000], 2_000, [[2_000, 2_100]], 7_000],
    [
      'listed in another order',
      [1_100, 1_000, 2_100, 2_000, 9_000],
      0,
      [
        [1_000, 1_100],
        [2_000, 2_100],
      ],
      7_000,
    ],
    ['a clock that was set back: it begins anew', [1_000, 5_000], 3_600_000, [], 5_000],
    ['one that was corrected: it waits', [1_000, 5_000], 50_000, [], 50_000],
  ])('%s', (_what, times, through, windows, throughMs) => {
    const found = closedWindows(at(...times), through, RULE)
    expect({ windows: timesOf(found.windows), throughMs: found.throughMs }).toEqual({ windows, throughMs })
  })

  it('are the same however often one looks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 120 }),
        fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 40 }),
        fc.record({ leastMs: fc.constantFrom(1_000, 5_000), least: fc.integer({ min: 1, max: 30 }) }),
        (times, looks, rule) => {
          const all = at(...times.sort((a, b) => a - b), 70_000)
          let through = 0
          const seen: number[][] = []
          for (const now of [...looks.sort((a, b) => a - b), 70_000]) {
            const found = closedWindows(
              all.filter((each) => each.at <= now),
              through,
              rule,
            )
            seen.push(...timesOf(found.windows))
            through = found.throughMs
          }
          expect(seen).toEqual(timesOf(closedWindows(all, 0, rule).windows))
        },
      ),
    )
  })
})
