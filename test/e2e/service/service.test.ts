import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isAlive, type Identity } from '../../../src/service/identity.js'
import { Home } from './home.js'

const home = new Home()
const other = new Home()
afterAll(async () => {
  await Promise.all([home.remove(), other.remove()])
})

/** Processes of a server on this home's database. */
const servers = (of: Home): number =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`${of.path}/temporal.db`)
      } catch {
        return false
      }
    }).length

const parts = (of: Home): Record<'supervisor' | 'temporal' | 'worker', Identity> => {
  const record = of.record()
  if (record?.temporal == null || record.worker === null) throw new Error('the service is not whole')
  const { supervisor, temporal, worker } = record
  return { supervisor, temporal, worker }
}

/** Whole again, all of it alive. */
const whole = (of: Home): boolean => {
  const { temporal, worker, state } = of.record() ?? {}
  return state === 'ready' && temporal != null && worker != null && isAlive(temporal) && isAlive(worker)
}
const untilWhole = (of: Home) => expect.poll(() => whole(of), { timeout: 20_000, interval: 20 }).toBe(true)

function kill(identity: Identity): Promise<void> {
  process.kill(identity.pid, 'SIGKILL')
  return expect.poll(() => isAlive(identity), { interval: 5 }).toBe(false)
}

test('many commands at once start one service', async () => {
  const starts = await Promise.all([1, 2, 3].map(() => home.cul8er(['service', 'start', '--json'])))
  expect(starts.map(({ exit }) => exit)).toEqual([0, 0, 0])
  expect(new Set(starts.map(({ stdout }) => stdout)).size).toBe(1)
  expect(servers(home)).toBe(1)
  await untilWhole(home)
})

test('its Web UI answers', async () => {
  const { uiUrl } = await home.json<{ uiUrl: string }>(['service', 'status'])
  expect((await fetch(uiUrl)).status).toBe(200)
})

test('two homes live side by side, each with its ports', async () => {
  expect((await other.cul8er(['service', 'start'])).exit).toBe(0)
  expect(other.record()?.port).not.toBe(home.record()?.port)
  const { uiUrl: one } = await home.json<{ uiUrl: string }>(['service', 'status'])
  const { uiUrl: another } = await other.json<{ uiUrl: string }>(['service', 'status'])
  expect(another).not.toBe(one)
  expect(servers(other)).toBe(1)
})

test('a killed worker comes back by itself', async () => {
  const { worker } = parts(home)
  await kill(worker)
  await untilWhole(home)
  expect(parts(home).worker.pid).not.toBe(worker.pid)
})

test('a killed Temporal comes back by itself, at the same port', async () => {
  const before = home.record()
  await kill(parts(home).temporal)
  await untilWhole(home)
  expect(home.record()?.port).toBe(before?.port)
})

test('after a killed supervisor the next command keeps Temporal and replaces the worker', async () => {
  const { supervisor, temporal, worker } = parts(home)
  await kill(supervisor)
  expect((await home.cul8er(['state', 'list'])).exit).toBe(0)
  await untilWhole(home)
  const after = parts(home)
  expect(after.temporal).toEqual(temporal)
  expect(after.supervisor.pid).not.toBe(supervisor.pid)
  expect(isAlive(worker)).toBe(false)
  expect(servers(home)).toBe(1)
})

test('an adopted Temporal that is killed comes back too', async () => {
  await kill(parts(home).temporal)
  await untilWhole(home)
  expect((await home.cul8er(['state', 'list'])).exit).toBe(0)
})

test('all of it killed: the next command brings all of it back, once', async () => {
  const before = home.record()
  await Promise.all(Object.values(parts(home)).map(kill))
  const commands = await Promise.all([1, 2].map(() => home.cul8er(['state', 'list'])))
  expect(commands.map(({ exit }) => exit)).toEqual([0, 0])
  await untilWhole(home)
  expect(servers(home)).toBe(1)
  expect(home.record()?.port).toBe(before?.port)
})

test('a server that a killed supervisor did not even write down is found', async () => {
  const { supervisor, temporal } = parts(home)
  await kill(supervisor)
  const { writeRecord } = await import('../../../src/service/record.js')
  const { servicePaths } = await import('../../../src/service/paths.js')
  const record = JSON.parse(readFileSync(servicePaths(home.path).record, 'utf8')) as Parameters<typeof writeRecord>[1]
  writeRecord(servicePaths(home.path), { ...record, temporal: null, port: 1, uiPort: 2 })
  expect((await home.cul8er(['state', 'list'])).exit).toBe(0)
  expect(isAlive(temporal)).toBe(false)
  expect(servers(home)).toBe(1)
})

test('stop ends every process, and a second stop finds nothing', async () => {
  await untilWhole(home)
  const before = parts(home)
  expect(await home.json(['service', 'stop'])).toEqual({ running: false, stopped: true })
  expect(Object.values(before).map(isAlive)).toEqual([false, false, false])
  expect(servers(home)).toBe(0)
  expect(await home.json(['service', 'stop'])).toEqual({ running: false, stopped: false })
  expect(whole(other)).toBe(true)
})

test('stop says which operation is in progress, and that one goes on at the next start', async () => {
  const topology = {
    name: 'going',
    hosts: { here: { address: 'localhost', platform: 'emulated' } },
    // Nothing listens there: the deploy waits.
    resources: { app: { image: 'cul8er/tiny', healthcheck: { endpoint: 'http://localhost:4000/', deadline: '5m' } } },
  }
  writeFileSync(join(other.folder, 'cul8er.config.json'), JSON.stringify(topology))
  expect((await other.cul8er(['deploy', '--yes', '--detach'])).exit).toBe(0)
  const { exit, stdout } = await other.cul8er(['service', 'stop'])
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^! deploy op-1 of going has been in progress for \d+\.\d s$/m)
  const { operation } = await other.json<{ operation: unknown }>(['status', 'going'])
  expect(operation).toMatchObject({ id: 'op-1', kind: 'deploy' })
  expect((await other.cul8er(['abort', 'going'])).exit).toBe(0)
})
