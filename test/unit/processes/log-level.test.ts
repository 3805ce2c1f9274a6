import { expect, test } from 'vitest'
import { logLevel } from '../../../src/processes/log-level.js'
import { cul8er } from '../cli/terminal.js'

test.each([
  [undefined, 'info'],
  ['', 'info'],
  ['debug', 'debug'],
  ['error', 'error'],
])('CUL8ER_LOG=%s is %s', (value, level) => {
  expect(logLevel({ CUL8ER_LOG: value })).toBe(level)
})

test('another value is a usage error of every command, with the nearest that there is', async () => {
  const { exit, stdout } = await cul8er(['schema', '--json'], { env: { CUL8ER_LOG: 'debgu' } })
  expect(exit).toBe(64)
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'USAGE',
      message: 'CUL8ER_LOG is "debgu", allowed debug, info, warn, error',
      hint: 'did you mean debug?',
    },
  })
})
