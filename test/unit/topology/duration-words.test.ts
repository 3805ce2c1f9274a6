import { expect, test } from 'vitest'
import { durationWords } from '../../../src/topology/units.js'

test.each([
  [0, '0 ms'],
  [500, '500 ms'],
  [1_500, '1.5 s'],
  [5_000, '5 s'],
  [85_000, '1 m 25 s'],
  [600_000, '10 m'],
  [7_380_000, '2 h 03 m'],
])('%i ms is %s', (ms, words) => {
  expect(durationWords(ms)).toBe(words)
})
