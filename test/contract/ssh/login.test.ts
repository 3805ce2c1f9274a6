import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { appendFile, chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fingerprint } from '../../../src/hosts/ssh/fingerprint.js'
import { newKey, startSshd, type Sshd } from '../../support/sshd.js'
import { until } from '../../support/until.js'
import { overSsh, type More } from './executor.js'
import { standIn, type StandIn } from './stand-in.js'

const run = promisify(execFile)
const ME = userInfo().username

let incus: StandIn
let sshd: Sshd
let gate: Sshd
/** A home of one test, with the keys of the server. */
let home: string

beforeAll(async () => {
  incus = await standIn()
  sshd = await startSshd([incus.setting])
  gate = await startSshd()
})
afterAll(async () => {
  await Promise.all([sshd.close(), gate.close(), incus.remove()])
})
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cul8er-home-'))
  await run('cp', ['-a', join(sshd.home, '.ssh'), home])
})
afterEach(() => rm(home, { recursive: true }))

const ssh = (...names: string[]): string => join(home, '.ssh', ...names)

/** What a command prints, or the error. */
async function attempt(more: More = {}): Promise<unknown> {
  const host = overSsh(sshd, { home, knownHosts: join(home, 'own_known_hosts'), ...more })
  try {
    return (await host.run({ args: ['env'] })).stdout
  } catch (error) {
    return error
  } finally {
    await host.close()
  }
}
const IN = 'C local default\n'

/** A key that the server takes, and no other of the home. */
async function onlyKey(name: string, passphrase = ''): Promise<string> {
  await rm(ssh('id_ed25519'))
  await newKey(ssh(name), { passphrase })
  await appendFile(join(sshd.home, '..', 'authorized_keys'), await readFile(ssh(`${name}.pub`)))
  return ssh(name)
}

describe('what a login is tried with', () => {
  it('the usual keys', async () => expect(await attempt()).toBe(IN))

  it('the key of the topology, by a path from the home', async () => {
    await onlyKey('deploy')
    expect(await attempt({ key: '~/.ssh/deploy' })).toBe(IN)
    expect(await attempt()).toMatchObject({ code: 'PERMISSION' })
  })

  it('the key of the SSH configuration, under a name of its own', async () => {
    const key = await onlyKey('named key')
    await writeFile(
      ssh('config'),
      `Include more/*\nHost box\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  IdentityFile "${key}"\n`,
    )
    expect(await attempt({ address: `${ME}@box` })).toBe(IN)
  })

  it.each(['rsa', 'ecdsa'])('a key of the type %s', async (type) => {
    await rm(ssh('id_ed25519'))
    await newKey(ssh(`id_${type}`), { type })
    await appendFile(join(sshd.home, '..', 'authorized_keys'), await readFile(ssh(`id_${type}.pub`)))
    expect(await attempt()).toBe(IN)
  })
})

describe('an encrypted key', () => {
  it('is opened by its passphrase: of a file or a command', async () => {
    const key = await onlyKey('locked', 'open sesame')
    await writeFile(join(home, 'words'), 'open sesame\n')
    const from = (source: 'file' | 'command', name: string) =>
      attempt({ key, passphrase: { from: source, key: name }, env: { PATH: process.env.PATH } })
    expect(await from('file', join(home, 'words'))).toBe(IN)
    expect(await from('command', `cat ${join(home, 'words')}`)).toBe(IN)
    expect(await from('command', 'echo wrong')).toMatchObject({
      code: 'PERMISSION',
      message: expect.stringMatching(/locked .*is not opened by its passphrase$/) as string,
    })
  })

  it('without one says so, and what to do', async () => {
    const key = await onlyKey('locked', 'open sesame')
    expect(await attempt({ key })).toMatchObject({
      code: 'PERMISSION',
      message: `host web: the SSH key ${key} for ${sshd.address} is encrypted, and the agent does not hold it`,
      hint: expect.stringContaining('credentials.ssh.passphrase') as string,
    })
  })

  describe('in an agent', () => {
    let agent: ChildProcess
    let socket: string
    beforeEach(async () => {
      socket = join(home, 'agent')
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
      await until(() =>
        run('ssh-add', ['-l'], { env: { SSH_AUTH_SOCK: socket } }).then(
          () => true,
          (e: { code: number }) => e.code === 1,
        ),
      )
    })
    afterEach(() => agent.kill())

    /** Adds a key to the agent in the clear; its file is the encrypted one. */
    async function added(key: string): Promise<void> {
      const clear = join(home, 'clear')
      await copyFile(key, clear)
      await chmod(clear, 0o600)
      await run('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', clear])
      await run('ssh-add', ['-q', clear], { env: { SSH_AUTH_SOCK: socket } })
      await rm(clear)
    }

    it('is used, with its public part beside it or not', async () => {
      const key = await onlyKey('locked', 'open sesame')
      await added(key)
      const env = { SSH_AUTH_SOCK: socket }
      expect(await attempt({ key, env })).toBe(IN)
      await rm(`${key}.pub`)
      expect(await attempt({ key, env })).toBe(IN)
      expect(await attempt({ env })).toBe(IN)
      expect(await attempt({ key })).toMatchObject({ code: 'PERMISSION' })
    })

    it('that is gone is named', async () => {
      const key = await onlyKey('locked', 'open sesame')
      const env = { SSH_AUTH_SOCK: join(home, 'gone') }
      expect(await attempt({ key, env })).toMatchObject({
        message: expect.stringContaining('is encrypted, and the agent does not answer') as string,
      })
      expect(await attempt({ env })).toMatchObject({
        message: expect.stringContaining(`the agent at ${join(home, 'gone')} does not answer`) as string,
      })
    })
  })
})

describe('a key that cannot be used', () => {
  it.each([
    ['is missing', () => Promise.resolve(), /does not exist$/],
    ['others can read', async () => (await newKey(ssh('x')), chmod(ssh('x'), 0o644)), /can be read by others$/],
    [
      'is a public one',
      async () => {
        await newKey(ssh('y'))
        await copyFile(ssh('y.pub'), ssh('x'))
        await chmod(ssh('x'), 0o600)
      },
      /is a public key$/,
    ],
    ['is none', () => writeFile(ssh('x'), 'hello', { mode: 0o600 }), /is not a private key that cul8er can read$/],
  ])('because it %s', async (_, make, message) => {
    await make()
    expect(await attempt({ key: ssh('x') })).toMatchObject({
      code: 'PERMISSION',
      message: expect.stringMatching(message) as string,
      hint: expect.any(String) as string,
    })
  })

  it('because the server does not take it: the refusal names what was tried', async () => {
    await rm(ssh('id_ed25519'))
    await newKey(ssh('id_ed25519'))
    const [, key = ''] = (await readFile(ssh('id_ed25519.pub'), 'utf8')).split(' ')
    expect(await attempt()).toMatchObject({
      code: 'PERMISSION',
      message: `host web: the login ${sshd.address} was refused: tried ${ssh('id_ed25519')} (${fingerprint(key)}); the server takes publickey`,
      hint: expect.stringContaining('authorized_keys') as string,
    })
  })
})

describe('the host key', () => {
  it('of a machine that nobody knows is shown and not accepted', async () => {
    await writeFile(ssh('known_hosts'), '')
    const key = sshd.knownHost.split(' ')[2]!
    expect(await attempt()).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: `the host key of host web (${sshd.address}) is not known: it shows ssh-ed25519 ${fingerprint(key)}`,
      hint: expect.stringContaining('cul8er hosts trust web') as string,
    })
  })

  it('another one than the known one is refused, with the line', async () => {
    const other = gate.knownHost.replace(String(gate.port), String(sshd.port))
    await writeFile(ssh('known_hosts'), `# keys\n${other}\n`)
    expect(await attempt()).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: expect.stringContaining(`line 2 of ${ssh('known_hosts')} has SHA256:`) as string,
      hint: expect.stringContaining(`remove line 2 of ${ssh('known_hosts')}`) as string,
    })
  })

  it('that is revoked is refused, wherever else it is known', async () => {
    await appendFile(ssh('known_hosts'), `@revoked * ${sshd.knownHost.split(' ').slice(1).join(' ')}\n`)
    expect(await attempt()).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      message: expect.stringContaining('is revoked by line 2') as string,
    })
  })

  it("is found hashed, and in cul8er's own file", async () => {
    await run('ssh-keygen', ['-q', '-H', '-f', ssh('known_hosts')])
    expect(await readFile(ssh('known_hosts'), 'utf8')).toMatch(/^\|1\|/)
    expect(await attempt()).toBe(IN)
    await run('mv', [ssh('known_hosts'), join(home, 'own_known_hosts')])
    expect(await attempt()).toBe(IN)
  })
})

describe('over a jump host', () => {
  const config = (more = '') =>
    writeFile(
      ssh('config'),
      `Host inner\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  ProxyJump gate\nHost gate\n  HostName 127.0.0.1\n  Port ${gate.port}\n  IdentityFile ${gate.key}\n${more}`,
    )
  const inner = { address: `${ME}@inner` }

  it('each with its own key and host key', async () => {
    await config()
    expect(await attempt(inner)).toMatchObject({
      code: 'HOST_KEY_UNKNOWN',
      message: expect.stringContaining(`gate, on the way to host web, (${gate.address})`) as string,
    })
    await appendFile(ssh('known_hosts'), `${gate.knownHost}\n`)
    expect(await attempt(inner)).toBe(IN)
  })

  it('and over two', async () => {
    await config('Host far\n  HostName 127.0.0.1\n  IdentitiesOnly yes\n')
    await appendFile(ssh('known_hosts'), `${gate.knownHost}\n`)
    await writeFile(
      ssh('config'),
      (await readFile(ssh('config'), 'utf8')).replace('ProxyJump gate', `ProxyJump gate,${sshd.address}`),
    )
    expect(await attempt(inner)).toBe(IN)
  })

  it('that cannot get on says which one', async () => {
    await config()
    await appendFile(ssh('known_hosts'), `${gate.knownHost}\n`)
    await writeFile(ssh('config'), (await readFile(ssh('config'), 'utf8')).replace(String(sshd.port), '1'))
    expect(await attempt(inner)).toMatchObject({
      code: 'UNREACHABLE',
      message: `host web cannot be reached at ${ME}@127.0.0.1:1 by way of ${gate.address}: nothing listens at port 1`,
    })
  })
})
