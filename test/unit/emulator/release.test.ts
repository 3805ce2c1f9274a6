import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Emulator } from '../../../src/emulator/emulator.js'
import { createEmulatedExecutor } from '../../../src/emulator/executor.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import {
  createInstance,
  createSnapshot,
  deleteInstance,
  execIn,
  listInstances,
  restoreSnapshot,
  startInstance,
  stopInstance,
} from '../../../src/incus/index.js'
import { observe } from '../../../src/instances/observe.js'
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

const configuration = (environment = ''): Buffer =>
  Buffer.from(
    `env - ${Buffer.from(environment).toString('base64')}\nsecret KEY ${Buffer.from('clear').toString('base64')}\nend - -\n`,
  )

const put = (version: string, digest: string, program: string, tarball: Uint8Array, environment = '') =>
  say('cul8er-install', ['app', version, digest, '5', program], Buffer.concat([configuration(environment), tarball]))

async function install(version: string, behaviour: unknown, program = '', environment = '') {
  const { bytes, sha256 } = await tarball(
    behaviour === null ? { 'bin/app': '' } : { 'emulated.json': JSON.stringify(behaviour) },
  )
  return put(version, sha256, program, bytes, environment)
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
  expect(await install('1.0.0', null, 'bin/app')).toMatchObject({ exitCode: 0 })
  expect(await get()).toEqual({ status: 200, body: { release: 'app', version: '1.0.0', instance: 'web' } })
  expect((await say('cul8er-probe', ['http', '4000', '/health', '1'])).stdout).toBe('200')
})

test('the port comes from emulated.json, else from PORT', async () => {
  await install('1.0.0', { body: { hello: 1 } }, '', 'PORT="4123"\n')
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
  await install('1.0.0', { health })
  expect(await get()).toMatchObject({ status: first })
  await expect.poll(get, { timeout: 2_000, interval: 25 }).toMatchObject({ status: later })
})

test('health: gone after a time', async () => {
  await install('1.0.0', { health: { diesAfterMs: 100 } })
  expect(await get()).toMatchObject({ status: 200 })
  await expect.poll(get, { timeout: 2_000, interval: 25 }).toBe('ECONNREFUSED')
})

test('a version in place needs no tarball, and minds none that comes', async () => {
  const { bytes, sha256 } = await tarball({ 'emulated.json': '{"version":"one"}' })
  await put('1.0.0', sha256, '', bytes)
  await install('2.0.0', { version: 'two' })
  expect(await put('1.0.0', sha256, '', new Uint8Array())).toMatchObject({ exitCode: 0 })
  expect(await get()).toMatchObject({ body: { version: 'one' } })
  expect(await put('1.0.0', sha256, '', bytes)).toMatchObject({ exitCode: 0 })
  expect(await put('3.0.0', 'x', '', new Uint8Array())).toMatchObject({ exitCode: ScriptExit.tarballNeeded })
})

test('what is wrong with a release ends as in a real instance', async () => {
  for (const verb of ['cul8er-configure', 'cul8er-install'])
    expect(await say(verb, ['app'], Buffer.from('env - eA==\n'))).toMatchObject({
      exitCode: ScriptExit.configurationCut,
    })
  const { bytes, sha256 } = await tarball({ 'bin/app': '' })
  expect(await put('1', 'other', '', bytes)).toMatchObject({ exitCode: ScriptExit.digestDiffers })
  expect(await put('1', sha256, 'bin/none', bytes)).toMatchObject({ exitCode: ScriptExit.noProgram })
  const junk = Buffer.from('junk')
  const digest = createHash('sha256').update(junk).digest('hex')
  expect(await put('1', digest, '', junk)).toMatchObject({ exitCode: ScriptExit.cannotUnpack })
})

test('stop holds over a restart of the instance, restart ends the hold', async () => {
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
  await install('1.0.0', {})
  await host.run(createSnapshot('web', 'before'))
  await install('2.0.0', { health: 'never' })
  expect(await get()).toMatchObject({ status: 503 })
  await host.run(restoreSnapshot('web', 'before'))
  expect(await get()).toMatchObject({ status: 200, body: { version: '1.0.0' } })
})

test('logs: the last lines, and what comes', async () => {
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
  await install('1.0.0', {})
  expect(JSON.stringify(emulator.state())).not.toContain('clear')
  expect(emulator.state().h1?.instances['default/web']?.data.releases.app?.secrets).toHaveProperty('KEY')
})
