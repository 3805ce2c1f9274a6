import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { HostCheck, OperationResult } from '../../src/contracts/index.js'
import type { Cul8erError } from '../../src/errors.js'
import { Home } from '../e2e/service/home.js'
import { BareHost } from './bare-host.js'

/* A Debian with an SSH server and nothing else becomes a host, and is deployed to. */

interface SetUp {
  ok?: boolean
  steps: { name: string; durationMs?: number }[]
  checks?: HostCheck[]
  error?: Cul8erError
}

const home = new Home()
const bare = new BareHost(home.folder)
const setup = (...args: string[]) => home.json<SetUp>(['hosts', 'setup', ...args])
const PORT = 8080

beforeAll(async () => {
  await bare.begin()
  await bare.addUser('plain', { sudo: false })
  await bare.addUser('deploy', { sudo: true })
  const host = (user: string) => ({
    address: `${user}@${bare.address}`,
    platform: 'debian',
    credentials: { ssh: { key: bare.key } },
  })
  const app = {
    type: 'container',
    image: 'cul8er/tiny',
    network: { expose: [{ port: 4000, as: PORT, protocol: 'http' }] },
  }
  const of = (name: string, user: string) => ({ name, hosts: { [user]: host(user) }, resources: { app } })
  const all = [of('shop', 'deploy'), of('rooted', 'root'), of('plain', 'plain')]
  await writeFile(join(home.folder, 'cul8er.config.mjs'), `export default ${JSON.stringify(all)}\n`)
  expect((await home.cul8er(['hosts', 'trust', 'root', 'rooted', '--yes'])).exit).toBe(0)
}, 300_000)
afterAll(async () => {
  await home.remove()
  await bare.remove()
}, 120_000)

test('it is refused without root, and on a distribution that nobody told', async () => {
  expect((await setup('plain', 'plain', '--yes')).error).toMatchObject({ code: 'PERMISSION' })
  await bare.run('cp --remove-destination /etc/os-release /etc/os-release.kept && echo ID=nixos >/etc/os-release')
  expect((await setup('root', 'rooted', '--yes')).error).toMatchObject({ code: 'NOT_SUPPORTED_YET' })
  await bare.run('mv /etc/os-release.kept /etc/os-release')
})

test('it stops where no package comes, and goes on from there', { timeout: 300_000 }, async () => {
  const list = '/etc/apt/sources.list.d/debian.sources'
  await bare.run(`cp ${list} /root/kept && sed -i 's,//[^/]*/,//nowhere.invalid/,' ${list}`)
  await bare.run('mv /etc/apt/apt.conf.d/90campaign /root/')
  expect((await setup('deploy', 'shop', '--yes')).error).toMatchObject({ code: 'UNREACHABLE' })
  await bare.run(`cp /root/kept ${list}; rm /etc/apt/sources.list.d/cul8er-backports.sources`)
  await bare.run('mv /root/90campaign /etc/apt/apt.conf.d/')
})

test('everything is there afterwards, and a second time does nothing', { timeout: 600_000 }, async () => {
  const began = performance.now()
  const done = await setup('deploy', 'shop', '--yes')
  console.log(
    `a bare Debian set up in ${Math.round(performance.now() - began)} ms:`,
    done.steps.map(({ name, durationMs }) => `${name} ${durationMs} ms`).join(', '),
  )
  expect(done.steps.map(({ name }) => name)).toEqual([
    ...['sources', 'packages', 'service', 'pool', 'bridge', 'profile', 'login'],
  ])
  expect(done.checks?.filter(({ outcome }) => outcome === 'failure')).toEqual([])
  expect(done.ok).toBe(true)
  expect(await setup('deploy', 'shop')).toMatchObject({ ok: true, steps: [] })
  expect(await setup('root', 'rooted')).toMatchObject({ ok: true, steps: [] })
})

test('it is deployed to, with the images that it lacks', { timeout: 300_000 }, async () => {
  const done = await home.json<OperationResult>(['deploy', 'shop', '--yes'])
  expect(done.outcome).toBe('succeeded')
  expect(done.steps.filter(({ name }) => name.startsWith('copy image '))).toHaveLength(2)
  const answer = await fetch(`http://${bare.address}:${PORT}/`, { signal: AbortSignal.timeout(5_000) })
  expect(answer.headers.get('content-type')).toContain('text/html')
})
