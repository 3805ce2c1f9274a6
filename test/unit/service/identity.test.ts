import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endProcess, identify, isAlive } from '../../../src/service/identity.js'

test('a process is itself, and not another one with its pid', () => {
  const mine = identify(process.pid)
  expect(mine).not.toBeNull()
  expect(isAlive(mine!)).toBe(true)
  expect(isAlive({ pid: process.pid, started: '1@another-boot' })).toBe(false)
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
