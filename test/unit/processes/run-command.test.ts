import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runCommand } from '../../../src/processes/run-command.js'

const folder = mkdtempSync(join(tmpdir(), 'cul8er-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const limits = { timeoutMs: 300, limitBytes: 1_000 }
const sh = (script: string, more: object = {}) => runCommand('sh', ['-c', script], { ...limits, ...more })

test.each([
  ['prints', 'echo said', { how: 'exit', code: 0, stdout: 'said\n' }],
  ['fails', 'exit 3', { how: 'exit', code: 3, stdout: '' }],
  ['ends itself', 'kill -9 $$', { how: 'signal', signal: 'SIGKILL' }],
  ['does not end', 'exec sleep 30', { how: 'timeout' }],
  ['will not end', "trap '' TERM; while :; do sleep 1; done", { how: 'timeout' }],
  ['prints for ever', 'yes', { how: 'limit' }],
])('a command that %s', async (_, script, end) => {
  expect(await sh(script)).toEqual(end)
})

test('a program that is not there', async () => {
  expect(await runCommand('/absent', [], limits)).toEqual({ how: 'absent', reason: 'ENOENT' })
})

test('a child that it leaves behind does not keep us waiting', async () => {
  const began = Date.now()
  expect(await sh('echo said; sleep 20 &', { timeoutMs: 10_000 })).toMatchObject({ how: 'exit', stdout: 'said\n' })
  expect(Date.now() - began).toBeLessThan(5_000)
})

test('what it started ends with it when its time is over', async () => {
  const mark = join(folder, 'mark')
  await sh(`(sleep 1; touch ${mark}) & wait`)
  await sleep(1_500)
  expect(existsSync(mark)).toBe(false)
})

test('without interest in its output it may print as it likes', async () => {
  expect(await sh('head -c 100000 /dev/zero', { limitBytes: 0, timeoutMs: 5_000 })).toMatchObject({ code: 0 })
})
