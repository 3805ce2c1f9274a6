import { expect, test } from 'vitest'
import { errorDigest } from '../../../workflows/ledger/digest.js'

const error = { code: 'UNHEALTHY', message: 'shop-web-1 is not healthy', hint: 'look' } as const
const probe = { message: 'HTTP 500', at: '2026-01-02T03:04:05.000Z' }
const lines = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i} ${'x'.repeat(length)}`)

test.each([
  ['no details', undefined],
  ['few details', { instance: 'shop-web-1', probe, logs: lines(10, 100) }],
])('%s stay as they are', (_what, details) => {
  const whole = { ...error, ...(details === undefined ? {} : { details }) }
  expect(errorDigest(whole)).toEqual(whole)
})

test('a long message is cut', () => {
  expect(errorDigest({ ...error, message: 'x'.repeat(5_000) }).message).toBe(`${'x'.repeat(4_000)}…`)
})

test('of many details the last probe and the last log lines stay, and what is left out is named', () => {
  const restarted = Array.from({ length: 1_000 }, (_, i) => `shop-web-${i}`)
  const details = { restarted, probe, instance: 'shop-web-1', logs: lines(10, 20_000), asked: 'http://localhost' }
  const { details: kept = {}, ...rest } = errorDigest({ ...error, details })
  expect(rest).toEqual(error)
  expect(kept).toMatchObject({ instance: 'shop-web-1', asked: 'http://localhost', probe, leftOut: ['restarted'] })
  const logs = kept.logs as string[]
  expect(logs.length).toBeGreaterThan(5)
  expect(logs.at(-1)).toBe(`9 ${'x'.repeat(498)}…`)
})

test.each([
  ['one key that is large', { cause: 'x'.repeat(100_000) }],
  ['many small ones', Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key-${i}`, 'x'.repeat(20)]))],
  ['long names', Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}${'k'.repeat(5_000)}`, i]))],
  ['lines full of quotes', { logs: Array.from({ length: 100 }, () => '"'.repeat(400)) }],
])('what is kept is bounded: %s', (_what, details) => {
  expect(JSON.stringify(errorDigest({ ...error, details }).details).length).toBeLessThanOrEqual(8_000)
})
