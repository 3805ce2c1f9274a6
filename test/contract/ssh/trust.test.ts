import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { fingerprint } from '../../../src/hosts/ssh/fingerprint.js'
import { startSshd, type Sshd } from '../../support/sshd.js'
import { cul8er, type Ran } from '../../unit/cli/terminal.js'
import { overSsh } from './executor.js'

/* `cul8er hosts trust` against real servers. */

let sshd: Sshd
let gate: Sshd
let folder: string
let ours: string

beforeAll(async () => {
  sshd = await startSshd()
  gate = await startSshd()
})
afterAll(async () => {
  await Promise.all([sshd.close(), gate.close()])
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-trust-'))
  ours = join(folder, 'state', 'known_hosts')
  await writeFile(join(sshd.home, '.ssh', 'known_hosts'), '')
  await writeFile(join(sshd.home, '.ssh', 'config'), '')
})
afterEach(() => rm(folder, { recursive: true }))

const trust = (...args: string[]): Promise<Ran> =>
  cul8er(['hosts', 'trust', ...args], {
    cwd: folder,
    env: { HOME: sshd.home, CUL8ER_HOME: join(folder, 'state'), PATH: process.env.PATH },
  })
const shown = (server: Sshd): string => fingerprint(server.knownHost.split(' ')[2]!)
const written = () => readFile(ours, 'utf8').catch(() => null)

it('writes the key that is accepted, once, for its owner alone; then the host is reached', async () => {
  const first = await trust(sshd.address, '--yes')
  expect(first).toMatchObject({ exit: 0, stderr: '' })
  expect(first.stdout).toContain(`${sshd.address} shows the key ssh-ed25519 ${shown(sshd)}`)
  expect(await written()).toBe(`${sshd.knownHost}\n`)
  expect((await stat(ours)).mode & 0o777).toBe(0o600)
  const again = await trust(sshd.address)
  expect(again).toMatchObject({ exit: 0, stdout: `✔ ${sshd.address}: known already, ssh-ed25519 ${shown(sshd)}\n` })
  expect(await written()).toBe(`${sshd.knownHost}\n`)
  const host = overSsh(sshd, { knownHosts: ours })
  expect((await host.run({ args: ['version'] })).stdout).toContain('version')
  await host.close()
})

it('asks nobody without a terminal', async () => {
  const { exit, stderr } = await trust(sshd.address)
  expect(exit).toBe(64)
  expect(stderr).toContain('confirmation required')
  expect(await written()).toBeNull()
})

it('accepts the key that is expected, and no other', async () => {
  const wrong = await trust(sshd.address, '--fingerprint', shown(gate))
  expect(wrong.exit).toBe(1)
  expect(wrong.stderr).toContain(`${sshd.address} shows ssh-ed25519 ${shown(sshd)}, not ${shown(gate)}`)
  expect(await written()).toBeNull()
  expect(await trust(sshd.address, '--fingerprint', shown(sshd), '--json')).toMatchObject({ exit: 0, stderr: '' })
  expect(await written()).toBe(`${sshd.knownHost}\n`)
  expect((await trust(sshd.address, '--fingerprint', 'MD5:1')).exit).toBe(64)
})

it('never accepts another key than the known one', async () => {
  const other = gate.knownHost.replace(String(gate.port), String(sshd.port))
  await writeFile(join(sshd.home, '.ssh', 'known_hosts'), `${other}\n`)
  const { exit, stdout } = await trust(sshd.address, '--yes', '--json')
  expect(exit).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'HOST_KEY_CHANGED', details: { line: 1 } } })
  expect(await written()).toBeNull()
})

it('a host of the file with its jump host: the keys of both', async () => {
  const me = userInfo().username
  await writeFile(
    join(sshd.home, '.ssh', 'config'),
    `Host inner\n HostName 127.0.0.1\n Port ${sshd.port}\n User ${me}\n ProxyJump ${gate.address}\nMatch all\n IdentityFile ${gate.key}\n IdentityFile ${sshd.key}\n`,
  )
  await writeFile(
    join(folder, 'cul8er.config.yaml'),
    'name: shop\nhosts:\n  web: { address: inner, platform: debian }\n  here: { address: localhost, platform: debian }\nresources: { app: { type: container, on: web, image: x } }\n',
  )
  const { exit, stdout } = await trust('web', '--yes', '--json')
  expect(exit).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    host: 'web',
    trusted: true,
    knownHosts: ours,
    machines: [gate, sshd].map((server) => ({
      machine: server.address,
      keyType: 'ssh-ed25519',
      fingerprint: shown(server),
      known: false,
      trusted: true,
    })),
  })
  expect(await written()).toBe(`${gate.knownHost}\n${sshd.knownHost}\n`)
  expect((await trust('wbe')).stderr).toContain('did you mean web?')
  expect((await trust('here')).stderr).toContain('is not reached over SSH')
})
