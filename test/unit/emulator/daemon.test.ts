import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emulatorControl, type EmulatorControl } from '../../../src/emulator/client.js'
import { createExecutors, type Executors } from '../../../src/hosts/executors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import * as incus from '../../../src/incus/index.js'
import { observe } from '../../../src/instances/observe.js'
import { tarball } from '../../support/tarballs.js'

const LONG = 60_000
let folder: string
let executors: Executors
let control: EmulatorControl
let host: HostExecutor

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-emulator-'))
  executors = createExecutors({ emulatorHome: folder })
  control = emulatorControl(folder)
  host = executors.executorFor('h1', { address: 'localhost', kind: 'emulated' })
})
afterEach(async () => {
  await control.stop()
  await executors.close()
  await rm(folder, { recursive: true, force: true })
})

const observed = async () => observe('h1', (await host.run(incus.listInstances())).stdout)
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test(
  'a killed emulator comes back with its state, and the apps of running instances with it',
  { timeout: LONG },
  async () => {
    const { bytes, sha256 } = await tarball({ 'emulated.json': '{"version":"9"}' })
    await host.run(incus.launchInstance({ image: 'tiny', name: 'web' }))
    const inside = (verb: string, args: string[], stdin: Uint8Array) =>
      host.run(incus.execIn('web', ['sh', '-c', '', verb, ...args], { stdin }))
    const release = Buffer.concat([Buffer.from('env - \nend - -\n'), bytes])
    await inside('cul8er-install', ['app', '9', sha256, '5', ''], release)
    const before = await observed()
    const pid = await control.pid()
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => alive(pid)).toBe(false)
    expect(await observed()).toEqual(before)
    expect(await control.pid()).not.toBe(pid)
    const answer = await fetch(`http://${before[0]?.addresses[0]}:4000/`)
    expect(await answer.json()).toMatchObject({ version: '9', instance: 'web' })
  },
)

test('two that start at once get one emulator, in a socket for its owner alone', { timeout: LONG }, async () => {
  const others = [1, 2, 3].map(() => emulatorControl(folder))
  const pids = await Promise.all([...others.map((other) => other.pid()), control.pid()])
  expect(new Set(pids).size).toBe(1)
  expect((await stat(join(folder, 'emulator.sock'))).mode & 0o777).toBe(0o600)
  await host.run(incus.createInstance({ image: 'tiny', name: 'a' }))
  const kept = await readdir(join(folder, 'hosts'))
  expect(kept).toEqual(['h1.json'])
  expect((await stat(join(folder, 'hosts', 'h1.json'))).mode & 0o777).toBe(0o600)
  others.forEach((other) => other.close())
})

test('faults, hardware, answers and streams go over the socket', { timeout: LONG }, async () => {
  await host.run(incus.launchInstance({ image: 'tiny', name: 'a' }))
  await control.fault({ match: { verb: 'stop' }, fault: 'hang' })
  await expect(host.run(incus.stopInstance('a'), { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  await control.fault({ match: { verb: 'list' }, fault: 'loseAnswer' })
  await expect(host.run(incus.listInstances())).rejects.toMatchObject({ code: 'UNREACHABLE' })
  await control.fault({ fault: 'refuse', times: 'always' })
  await expect(host.run(incus.listInstances())).rejects.toMatchObject({ code: 'UNREACHABLE' })
  await control.clearFaults()
  await control.hardware({ vms: false }, 'h1')
  expect(incus.parseServer((await host.run(incus.serverInfo())).stdout).vms).toBe(false)
  await control.answerExec([{ command: ['date'], stdout: 'today\n' }])
  expect((await host.run(incus.execIn('a', ['date']))).stdout).toBe('today\n')
  const big = Buffer.alloc(5_000_000, 'x')
  expect((await host.run(incus.execIn('a', ['cat'], { stdin: big }))).stdout).toHaveLength(big.length)
  const reason = new Error('enough')
  const end = new AbortController()
  const following = host.run(incus.execIn('a', ['sh', '-c', '', 'cul8er-logs', 'app', '1', '1']), {
    signal: end.signal,
  })
  setTimeout(() => end.abort(reason), 50)
  await expect(following).rejects.toBe(reason)
  expect(Object.keys((await control.state()).h1?.instances ?? {})).toEqual(['default/a'])
})

test('an emulator that dies while it is asked is UNREACHABLE, once', { timeout: LONG }, async () => {
  await host.run(incus.launchInstance({ image: 'tiny', name: 'a' }))
  const follow = () => host.run(incus.execIn('a', ['sh', '-c', '', 'cul8er-logs', 'app', '1', '1']))
  await control.fault({ match: { verb: 'stop' }, fault: 'hang' })
  const cut = [follow(), host.run(incus.stopInstance('a'))].map((command) =>
    expect(command).rejects.toMatchObject({ code: 'UNREACHABLE' }),
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  const killed = await control.pid()
  process.kill(killed, 'SIGKILL')
  await Promise.all(cut)
  // A connection that is being reset by the killed one is no answer of its successor.
  await expect.poll(() => alive(killed), { timeout: 5_000 }).toBe(false)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await observed()).toMatchObject([{ name: 'a', status: 'Running' }])
})

test('it ends when told, and when its folder is gone', { timeout: LONG }, async () => {
  const first = await control.pid()
  await control.stop()
  await expect.poll(() => alive(first), { timeout: 5_000 }).toBe(false)
  const second = await emulatorControl(folder).pid()
  await rm(folder, { recursive: true })
  await expect.poll(() => alive(second), { timeout: 5_000 }).toBe(false)
})

test('its log says nothing when all is well', { timeout: LONG }, async () => {
  await host.run(incus.listInstances())
  expect(await readFile(join(folder, 'emulator.log'), 'utf8')).toBe('')
})

test('one executor a host; a kind that nobody knows is refused by name', async () => {
  expect(executors.executorFor('h1', { address: 'localhost', kind: 'emulated' })).toBe(host)
  expect(executors.executorFor('h2', { address: 'localhost', kind: 'emulated' })).not.toBe(host)
  expect(executors.executorFor('me', { address: 'localhost', kind: 'local' }).host).toBe('me')
  expect(() => executors.executorFor('far', { address: 'b', kind: 'of a newer one' as never })).toThrow(
    expect.objectContaining({
      code: 'NOT_SUPPORTED_YET',
      message: expect.stringContaining('host far: b cannot be reached: unknown kind of host of a newer one') as string,
    }),
  )
})

test('another login, or another key, is another way', () => {
  const ssh = (address: string, key: string | null = null) =>
    executors.executorFor('web', { address, kind: 'ssh', credentials: { ssh: { key } } })
  expect(ssh('a@b')).toBe(ssh('a@b'))
  expect(ssh('a@b')).not.toBe(ssh('root@b'))
  expect(ssh('a@b')).not.toBe(ssh('a@b', '~/.ssh/deploy'))
})
