import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endProcess, identify, isAlive, isSameStart } from '../../../src/service/identity.js'

test('a process is itself, and not another one with its pid', () => {
  const mine = identify(process.pid)
  expect(mine).not.toBeNull()
  expect(isAlive(mine!)).toBe(true)
  expect(isAlive({ pid: process.pid, started: '1@another-boot' })).toBe(false)
})

test.each([
  ['5@a', '5@a', true],
  ['5@a', '6@a', false],
  ['5@a', '5@b', false],
  // What a command in a container and a unit there call one start.
  ['5@container', '5@b', true],
  ['5@a', '5@container', true],
  ['5@container', '6@container', false],
  ['Sun Nov 22 20:48:23 2026', 'Sun Nov 22 20:48:23 2026', true],
  ['Sun Nov 22 20:48:23 2026', 'Sun Nov 22 20:48:24 2026', false],
])('%s and %s: the same start is %s', (one, other, same) => {
  expect(isSameStart(one, other)).toBe(same)
  expect(isSameStart(other, one)).toBe(same)
})

test('no process has a pid above the limit', () => {
  expect(identify(2 ** 30)).toBeNull()
})

test.each([
  ['ends at SIGTERM', 'setInterval(() => {}, 1000); console.log("up")', 5_000, 'SIGTERM'],
  [
    'is killed when it does not',
    'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")',
    100,
    'SIGKILL',
  ],
])('a process %s', async (_name, code, graceMs, expected) => {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  const exit = once(child, 'exit')
  const identity = identify(child.pid ?? 0)
  await endProcess(identity!, graceMs)
  expect(await exit).toEqual([null, expected])
  expect(isAlive(identity!)).toBe(false)
})
