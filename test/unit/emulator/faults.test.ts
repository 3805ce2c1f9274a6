import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Emulator } from '../../../src/emulator/emulator.js'
import { createEmulatedExecutor } from '../../../src/emulator/executor.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import * as incus from '../../../src/incus/index.js'
import { observe } from '../../../src/instances/observe.js'

let emulator: Emulator
let host: HostExecutor

beforeEach(async () => {
  emulator = await Emulator.open()
  host = createEmulatedExecutor({ host: 'h1', emulation: emulator })
  await host.run(incus.createInstance({ image: 'tiny', name: 'a' }))
})
afterEach(() => emulator.close())

const names = async (): Promise<string[]> =>
  observe('h1', (await host.run(incus.listInstances())).stdout).map((i) => i.name)
const status = async (name: string): Promise<string | undefined> =>
  observe('h1', (await host.run(incus.listInstances())).stdout).find((i) => i.name === name)?.status
const create = (name: string) => host.run(incus.createInstance({ image: 'tiny', name }))

describe('faults', () => {
  test('refuse: not carried out', async () => {
    emulator.fault({ match: { verb: 'create' }, fault: 'refuse' })
    await expect(create('b')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await names()).toEqual(['a'])
    await create('b')
    expect(await names()).toEqual(['a', 'b'])
  })

  test('loseAnswer: carried out, unheard', async () => {
    emulator.fault({ match: { verb: 'create' }, fault: 'loseAnswer' })
    await expect(create('b')).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await names()).toEqual(['a', 'b'])
  })

  test('hang: until the time limit, or the signal', async () => {
    emulator.fault({ match: { verb: 'start' }, fault: 'hang', times: 2 })
    await expect(host.run(incus.startInstance('a'), { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    const reason = new Error('aborted')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 20)
    await expect(host.run(incus.startInstance('a'), { signal: controller.signal })).rejects.toBe(reason)
    expect(await status('a')).toBe('Stopped')
  })

  test.each([
    ['launch', () => host.run(incus.launchInstance({ image: 'tiny', name: 'b' })), 'b', 'Stopped'],
    ['delete', () => host.run(incus.deleteInstance('a', { force: true })), 'a', 'Stopped'],
    ['snapshot restore', () => host.run(incus.restoreSnapshot('a', 's')), 'a', 'Stopped'],
    ['start', () => host.run(incus.stopInstance('a')).then(() => host.run(incus.startInstance('a'))), 'a', 'Stopped'],
  ])('dieInMiddle of %s: half done', async (verb, act, instance, expected) => {
    await host.run(incus.startInstance('a'))
    await host.run(incus.createSnapshot('a', 's'))
    emulator.fault({ match: { verb }, fault: 'dieInMiddle' })
    await expect(act()).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await status(instance)).toBe(expected)
  })

  test('error: a string of Incus; delay: late, but done', async () => {
    emulator.fault({ match: { verb: 'start' }, fault: { error: 'write /x: no space left on device' } })
    await expect(host.run(incus.startInstance('a'))).rejects.toMatchObject({ code: 'NO_SPACE' })
    emulator.fault({ fault: { delayMs: 60 } })
    expect((await host.run(incus.startInstance('a'))).durationMs).toBeGreaterThan(50)
  })

  test('a rule strikes the nth that fits, so often as it says, on its host and instance', async () => {
    emulator.fault({ match: { verb: 'create', nth: 2 }, fault: 'refuse' })
    await create('b')
    await expect(create('c')).rejects.toThrow()
    await create('c')
    emulator.fault({ match: { host: 'other' }, fault: 'refuse', times: 'always' })
    emulator.fault({ match: { instance: 'b', verb: 'start' }, fault: 'refuse', times: 'always' })
    await host.run(incus.startInstance('c'))
    for (const _ of [1, 2, 3]) await expect(host.run(incus.startInstance('b'))).rejects.toThrow()
    emulator.clearFaults()
    await host.run(incus.startInstance('b'))
  })

  test('a verb inside an instance can be struck, half done', async () => {
    await host.run(incus.startInstance('a'))
    emulator.fault({ match: { verb: 'cul8er-stop' }, fault: 'refuse' })
    await host.run(incus.execIn('a', ['sh', '-c', 's', 'cul8er-logs', 'app', '1', '0']))
    await expect(host.run(incus.execIn('a', ['sh', '-c', 's', 'cul8er-stop', 'app', '1']))).rejects.toMatchObject({
      code: 'UNREACHABLE',
    })
  })
})

test('a full pool is NO_SPACE, and a deletion makes room', async () => {
  await emulator.setHardware({ poolMiB: 20 }, 'h1')
  await create('b')
  await expect(create('c')).rejects.toMatchObject({ code: 'NO_SPACE' })
  await host.run(incus.deleteInstance('a'))
  await create('c')
})

test('answers for programs inside are given by whoever needs them', async () => {
  await host.run(incus.startInstance('a'))
  emulator.answerExec([{ command: ['pg_isready', '-q'], exitCode: 2, stderr: 'no response\n' }])
  expect(await host.tryRun(incus.execIn('a', ['pg_isready', '-h', 'x', '-q']))).toMatchObject({
    exitCode: 2,
    stderr: 'no response\n',
  })
  expect(await host.tryRun(incus.execIn('a', ['pg_dump']))).toMatchObject({ exitCode: 0, stdout: '' })
})

test('an unknown command or option is refused as the client does', async () => {
  await expect(host.run({ args: ['frobnicate'] })).rejects.toThrow('unknown command "frobnicate" for "incus"')
  await expect(host.run({ args: ['start', '--nosuch', 'a'] })).rejects.toThrow('unknown flag: --nosuch')
})

test('1,000 instances on 50 hosts come up, with addresses of their own, in a few seconds', async () => {
  const startedAt = Date.now()
  const hosts = Array.from({ length: 50 }, (_, h) => createEmulatedExecutor({ host: `n${h}`, emulation: emulator }))
  await Promise.all(
    hosts.map(async (n, h) => {
      for (let i = 0; i < 20; i++) await n.run(incus.launchInstance({ image: 'tiny', name: `i-${h}-${i}` }))
    }),
  )
  const seen = await Promise.all(hosts.map(async (n) => observe(n.host, (await n.run(incus.listInstances())).stdout)))
  expect(new Set(seen.flat().flatMap((i) => i.addresses)).size).toBe(1000)
  expect(Date.now() - startedAt).toBeLessThan(5_000)
})
