import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstFitDecreasing } from '../../../../src/plan/placement/packing/first-fit-decreasing.js'
import { minimumBinSlack } from '../../../../src/plan/placement/packing/minimum-bin-slack.js'
import { binsUsed, left, type Bin, type Load, type Packing } from '../../../../src/plan/placement/packing/model.js'
import { pack } from '../../../../src/plan/placement/packing/pack.js'

const bin = (free: number | number[], inUse = false): Bin => {
  const all = [free].flat()
  return { free: all, capacity: all, inUse }
}
const bins = (count: number, free: number | number[]): Bin[] => Array.from({ length: count }, () => bin(free))
const loads = (sizes: readonly number[], into: readonly Bin[]): Load[] =>
  sizes.map((size) => ({ count: 1, size, needs: into.map(() => [size]) }))

describe('how many bins', () => {
  it.each<[string, number[], number, { ffd: number; mbs: number; better: number }]>([
    ['nothing', [], 10, { ffd: 0, mbs: 0, better: 0 }],
    ['one each', [6, 6, 6], 10, { ffd: 3, mbs: 3, better: 3 }],
    ['pairs', [6, 4, 6, 4], 10, { ffd: 2, mbs: 2, better: 2 }],
    ['sets without a gap', [6, 5, 5, 4, 3, 3, 2, 2], 10, { ffd: 3, mbs: 3, better: 3 }],
    ['triplets', [44, 34, 22, 42, 33, 25, 41, 30, 29], 100, { ffd: 4, mbs: 3, better: 3 }],
    ['zero', [0, 0], 10, { ffd: 1, mbs: 2, better: 1 }],
  ])('%s', (_, sizes, capacity, expected) => {
    const into = bins(sizes.length, capacity)
    const used = (packing: Packing): number => binsUsed(into, packing)
    const all = loads(sizes, into)
    expect({
      ffd: used(firstFitDecreasing(all, into)),
      mbs: used(minimumBinSlack(all, into)),
      better: used(pack(all, into)),
    }).toEqual(expected)
  })

  it('takes several dimensions, and bins that are not allowed', () => {
    const into = [bin([4, 4]), bin([4, 4]), bin([9, 9])]
    const all: Load[] = [
      { count: 2, size: 3, needs: [[1, 3], [1, 3], null] },
      { count: 2, size: 3, needs: [[3, 1], [3, 1], null] },
    ]
    expect(pack(all, into)).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ])
  })

  it('fills what is in use at no cost', () => {
    const into = [bin(2, true), bin(10), bin(10)]
    const packing = pack(loads([2, 8, 2], into), into)
    expect(binsUsed(into, packing)).toBe(2)
  })

  it('leaves what has no room', () => {
    const into = bins(1, 10)
    const all = loads([7, 6, 3], into)
    expect(left(all, pack(all, into))).toBe(1)
  })
})

it('never packs more than there is of a thing, or than a bin takes; first fit leaves nothing that has room', () => {
  const amounts = fc.tuple(fc.nat(20), fc.nat(20))
  fc.assert(
    fc.property(
      fc.array(fc.record({ count: fc.integer({ min: 1, max: 4 }), need: amounts }), { maxLength: 12 }),
      fc.array(amounts, { minLength: 1, maxLength: 6 }),
      (things, capacities) => {
        const into = capacities.map((each) => bin([...each]))
        const all = things.map(({ count, need }) => ({ count, size: need[0] + need[1], needs: into.map(() => need) }))
        for (const packer of [firstFitDecreasing, minimumBinSlack]) {
          const packing = packer(all, into)
          const free = into.map((each, at) =>
            each.free.map((has, dimension) =>
              all.reduce(
                (rest, { needs }, load) => rest - (packing[load]?.[at] ?? 0) * (needs[at]?.[dimension] ?? 0),
                has,
              ),
            ),
          )
          expect(free.flat().every((rest) => rest >= 0)).toBe(true)
          all.forEach(({ count, needs }, load) => {
            const packed = (packing[load] ?? []).reduce((sum, each) => sum + each, 0)
            expect(packed).toBeLessThanOrEqual(count)
            const fitting = free.some((rest, at) =>
              rest.every((has, dimension) => has >= (needs[at]?.[dimension] ?? 0)),
            )
            if (packed < count && packer === firstFitDecreasing) expect(fitting).toBe(false)
          })
        }
      },
    ),
  )
})
