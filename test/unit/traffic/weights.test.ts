import { describe, expect, it } from 'vitest'
import { canaryWeights, MAX_WEIGHT } from '../../../src/traffic/weights.js'

const sum = (weights: number[]): number => weights.reduce((total, weight) => total + weight, 0)
const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

describe('canaryWeights', () => {
  it.each([
    [
      { stable: 1, canary: 1, percent: 50 },
      { stable: [1], canary: [1] },
    ],
    [
      { stable: 1, canary: 1, percent: 10 },
      { stable: [9], canary: [1] },
    ],
    [
      { stable: 2, canary: 1, percent: 25 },
      { stable: [3, 3], canary: [2] },
    ],
    [
      { stable: 2, canary: 1, percent: 0 },
      { stable: [100, 100], canary: [0] },
    ],
    [
      { stable: 2, canary: 1, percent: 100 },
      { stable: [0, 0], canary: [100] },
    ],
    [
      { stable: 0, canary: 2, percent: 10 },
      { stable: [], canary: [100, 100] },
    ],
    [
      { stable: 2, canary: 0, percent: 10 },
      { stable: [100, 100], canary: [] },
    ],
    // 1 % for 50 canaries is out of the range of whole weights, so few of them take part.
    [
      { stable: 1, canary: 50, percent: 1 },
      { stable: [256], canary: [1, 1, 1, ...Array<number>(47).fill(0)] },
    ],
  ])('%j', (input, weights) => expect(canaryWeights(input)).toEqual(weights))

  it('is within half a point at every count to 60 and every percent', () => {
    for (const stable of [...range(12), 25, 50, 60]) {
      for (const canary of [...range(12), 25, 50, 60]) {
        for (const percent of range(99)) {
          const weights = canaryWeights({ stable, canary, percent })
          const share = (sum(weights.canary) / (sum(weights.canary) + sum(weights.stable))) * 100
          if (Math.abs(share - percent) > 0.5) expect({ stable, canary, percent, share }).toBeNull()
          if (Math.max(...weights.stable, ...weights.canary) > MAX_WEIGHT) expect(weights).toBeNull()
        }
      }
    }
  })
})
