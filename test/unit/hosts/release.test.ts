import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Emulator } from '../../../src/hosts/emulator/emulator.js'
import { createEmulatedExecutor } from '../../../src/hosts/emulator/executor.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import {
  createInstance,
  createSnapshot,
  deleteInstance,
  execIn,
  observe,
  listInstances,
  restoreSnapshot,
  startInstance,
  stopInstance,
} from '../../../src/incus/index.js'
import { ScriptExit } from '../../../src/releases/verbs.js'
import { tarball } from '../../support/tarballs.js'

let emulator: Emulator
let host: HostExecutor

beforeAll(async () => {
  emulator = await Emulator.open()
  host = createEmulatedExecutor({ host: 'h1', emulation: emulator })
})
afterAll(() => emulator.close())
beforeEach(async () => {
  await host.run(deleteInstance('web', { force: true })).catch(() => {})
  await host.run(createInstance({ image: 'tiny', name: 'web' }))
  await host.run(startInstance('web'))
})

const say = (verb: string, args: string[], stdin?: Uint8Array) =>
  host.tryRun(execIn('web', ['sh', '-c', 'a script', verb, ...args], stdin === undefined ? {} : { stdin }))

const configure = (environment = '') =>
  say(
    'cul8er-configure',
    ['app'],
    Buffer.from(
      `env - ${Buffer.from(environment).toString('base64')}\nsecret KEY ${Buffer.from('clear').toString('base64')}\nend - -\n`,
    ),
  )

async function install(version: string, behaviour: unknown, program = '') {
  const { bytes, sha256 } = await tarball(
    behaviour === null ? { 'bin/app': '' } : { 'emulated.json': JSON.stringify(behaviour) },
  )
  return say('cul8er-install', ['app', version, sha256, '5', program], bytes)
}

const address = async (): Promise<string> =>
  observe('h1', (await host.run(listInstances())).stdout)[0]?.addresses[0] ?? ''

async function get(port = 4000): Promise<{ status: number; body: unknown } | string> {
  return fetch(`http://${await address()}:${port}/health`, { headers: { connection: 'close' } }).then(
    async (response) => ({ status: response.status, body: await response.json() }),
    (error: Error) => (error.cause as NodeJS.ErrnoException).code ?? error.message,
  )
}

test('an installed release answers on the address of its instance, and says which one it is', async () => {
  expect(await get()).toBe('ECONNREFUSED')
  await configure()
  expect(await install('1.0.0', null, 'bin/app')).toMatchObject({ exitCode: 0 })
  expect(await get()).toEqual({ status: 200, body: { release: 'app', version: '1.0.0', instance: 'web' } })
  expect((await say('cul8er-probe', ['http', '4000', '/health', '1'])).stdout).toBe('200')
})

test('the port comes from emulated.json, else from PORT', async () => {
  await configure('PORT="4123"\n')
  await install('1.0.0', { body: { hello: 1 } })
  expect(await get(4123)).toEqual({ status: 200, body: { hello: 1 } })
  await install('1.0.1', { port: 4124 })
  expect([await get(4123), await get(4124)]).toMatchObject([
    'ECONNREFUSED',
    { status: 200, body: { version: '1.0.1' } },
  ])
})

test.each([
  ['never', 'never', [503, 503]],
  ['well after a time', { afterMs: 150 }, [503, 200]],
  ['failing after a time', { failsAfterMs: 150 }, [200, 500]],
])('health: %s', async (_, health, [first, later]) => {
  await configure()
  await install('1.0.0', { health })
  expect(await get()).toMatchObject({ status: first })
  await expect.poll(get, { timeout: 2_000, interval: 25 }).toMatchObject({ status: later })
})

test('health: gone after a time', async () => {
  await configure()
  await install('1.0.0', { health: { diesAfterMs: 100 } })
  expect(await get()).toMatchObject({ status: 200 })
  await expect.poll(get, { timeout: 2_000, interval: 25 }).toBe('ECONNREFUSED')
})

test('a version in place needs no tarball, and configure says what is in place', async () => {
  await configure()
  await install('1.0.0', { version: 'one' })
  await install('2.0.0', { version: 'two' })
  const { stdout } = await configure()
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  expect([first?.[1], second?.[1]]).toEqual(['1.0.0', '2.0.0'])
  expect(await say('cul8er-install', ['app', '1.0.0', first?.[2] ?? '', '5', ''])).toMatchObject({ exitCode: 0 })
  expect(await get()).toMatchObject({ body: { version: 'one' } })
  expect(await say('cul8er-install', ['app', '3.0.0', 'x', '5', ''])).toMatchObject({
    exitCode: ScriptExit.tarballNeeded,
  })
})

test('what is wrong with a release ends as in a real instance', async () => {
  expect(await install('1', {})).toMatchObject({ exitCode: ScriptExit.nothingInstalled })
  expect(await say('cul8er-configure', ['app'], Buffer.from('env - eA==\n'))).toMatchObject({
    exitCode: ScriptExit.configurationCut,
  })
  await configure()
  const { bytes, sha256 } = await tarball({ 'bin/app': '' })
  expect(await say('cul8er-install', ['app', '1', 'other', '5', ''], bytes)).toMatchObject({
    exitCode: ScriptExit.digestDiffers,
  })
  expect(await say('cul8er-install', ['app', '1', sha256, '5', 'bin/none'], bytes)).toMatchObject({
    exitCode: ScriptExit.noProgram,
  })
  const junk = Buffer.from('junk')
  const digest = createHash('sha256').update(junk).digest('hex')
  expect(await say('cul8er-install', ['app', '1', digest, '5', ''], junk)).toMatchObject({
    exitCode: ScriptExit.cannotUnpack,
  })
})

test('stop holds over a restart of the instance, restart ends the hold', async () => {
  await configure()
  await install('1.0.0', {})
  await say('cul8er-stop', ['app', '5'])
  expect(await get()).toBe('ECONNREFUSED')
  await host.run(stopInstance('web'))
  await host.run(startInstance('web'))
  expect(await get()).toBe('ECONNREFUSED')
  await say('cul8er-restart', ['app', '5'])
  expect(await get()).toMatchObject({ status: 200 })
})

test('a snapshot brings the version of its time back to life', async () => {
  await configure()
  await install('1.0.0', {})
  await host.run(createSnapshot('web', 'before'))
  await install('2.0.0', { health: 'never' })
  expect(await get()).toMatchObject({ status: 503 })
  await host.run(restoreSnapshot('web', 'before'))
  expect(await get()).toMatchObject({ status: 200, body: { version: '1.0.0' } })
})

test('logs: the last lines, and what comes', async () => {
  await configure()
  await install('1.0.0', {})
  const { stdout } = await say('cul8er-logs', ['app', '10', '0'])
  expect(stdout).toMatch(/app 1\.0\.0 started\n$/)
  const seen: string[] = []
  const end = new AbortController()
  const following = host.run(execIn('web', ['sh', '-c', 'x', 'cul8er-logs', 'app', '1', '1']), {
    signal: end.signal,
    onStdout: (chunk) => seen.push(Buffer.from(chunk).toString()),
  })
  const ended = expect(following).rejects.toMatchObject({ name: 'AbortError' })
  await say('cul8er-stop', ['app', '5'])
  await expect.poll(() => seen.join(''), { timeout: 2_000 }).toMatch(/started\n.*stopped\n/)
  end.abort()
  await ended
})

test('no clear secret is in what the emulator keeps', async () => {
  await configure()
  expect(JSON.stringify(emulator.state())).not.toContain('clear')
  expect(emulator.state().h1?.instances['default/web']?.data.releases.app?.secrets).toHaveProperty('KEY')
})
