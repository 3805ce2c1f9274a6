import { expect, it } from 'vitest'
import { loadBetween, loadWords, type Metered, type Meters } from '../../../src/scaling/load.js'

const cpu: Metered = { target: { of: 'cpu', value: 70 }, cpus: 2, count: 2 }
const requests: Metered = { target: { of: 'requests', value: 200 }, cpus: null, count: 2 }
const at = (seconds: number, totals: Record<string, number>): Meters => ({ at: seconds * 1_000, totals })

it.each<[string, Meters | null, Meters, Metered, number | null]>([
  ['share of the CPUs', at(0, { a: 0, b: 0 }), at(10, { a: 10e9, b: 20e9 }), cpu, 75],
  ['requests a second and instance', at(0, { a: 5, b: 5 }), at(10, { a: 1_005, b: 3_005 }), requests, 200],
  ['idle', at(0, { a: 5, b: 5 }), at(10, { a: 5, b: 5 }), requests, 0],
  ['the first reading', null, at(10, { a: 1, b: 1 }), cpu, null],
  ['an instance is missing', at(0, { a: 0, b: 0 }), at(10, { a: 1 }), cpu, null],
  ['there is one too many', at(0, { a: 0, b: 0, c: 0 }), at(10, { a: 1, b: 1, c: 1 }), cpu, null],
  ['an instance is new', at(0, { a: 0 }), at(10, { a: 1, b: 1 }), cpu, null],
  ['a counter began again', at(0, { a: 50, b: 0 }), at(10, { a: 10, b: 90 }), requests, null],
  ['no time has passed', at(10, { a: 0, b: 0 }), at(10, { a: 1, b: 1 }), cpu, null],
  ['a clock that went back', at(20, { a: 0, b: 0 }), at(10, { a: 1, b: 1 }), cpu, null],
  ['CPU without a limit', at(0, { a: 0, b: 0 }), at(10, { a: 1, b: 1 }), { ...cpu, cpus: null }, null],
])('%s', (_, before, now, metered, load) => expect(loadBetween(before, now, metered)).toBe(load))

it('is told in words', () => {
  expect(loadWords(91.6, cpu.target)).toBe("92 % of an instance's CPU, 70 % wanted")
  expect(loadWords(3.14, requests.target)).toBe('3.1 requests a second and instance, 200 wanted')
})
