import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LARGEST_MIB,
  LONGEST_MS,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  secondsWords,
} from '../../../src/topology/units.js'

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
    ['1.1s', 1_100],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['10', '-1s', '', 's', '10 s', '1h30m', '10S', '1e3s', '4000d', 'Infinitys', ' 1s', '1s\n'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeNull(),
  )

  it.each([
    [0, '0s'],
    [500, '500ms'],
    [90_000, '90s'],
    [3_600_000, '1h'],
    [86_400_000, '1d'],
    [1_001, '1001ms'],
  ])('%d ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it.each([
    [-5_000, '0 ms'],
    [499, '0 ms'],
    [1_499, '1 s'],
    [1_500, '2 s'],
    [64_600, '1 m 05 s'],
  ])('%d ms are %s in whole seconds', (ms, text) => expect(secondsWords(ms)).toBe(text))

  it('reads what it writes', () =>
    fc.assert(fc.property(fc.nat(LONGEST_MS), (ms) => parseDuration(formatDuration(ms)) === ms)))
})

describe('sizes', () => {
  it.each([
    ['512MiB', 512],
    ['8GiB', 8_192],
    ['1.5GiB', 1_536],
    ['1TiB', 1_048_576],
    ['2048KiB', 2],
    ['8GB', 7_629],
    ['1MB', 1],
    ['100kB', 0],
  ])('%s is %d MiB', (text, mib) => expect(parseSize(text)).toBe(mib))

  it.each(['8', '8G', '8 GiB', '-1GiB', 'GiB', '8gib', '9999999999TiB', ''])('%j is none', (text) =>
    expect(parseSize(text)).toBeNull(),
  )

  it.each([
    [1, '1MiB'],
    [1_536, '1536MiB'],
    [8_192, '8GiB'],
    [1_048_576, '1TiB'],
  ])('%d MiB is written %s', (mib, text) => expect(formatSize(mib)).toBe(text))

  it('reads what it writes', () =>
    fc.assert(fc.property(fc.nat(LARGEST_MIB), (mib) => parseSize(formatSize(mib)) === mib)))
})
