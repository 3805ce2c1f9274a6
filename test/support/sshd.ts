import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { access, chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from './until.js'

const run = promisify(execFile)
const PROGRAM = '/usr/sbin/sshd'

/** An SSH server of this machine for one test, with keys and a home of its own. */
export interface Sshd {
  readonly port: number
  /** `root@127.0.0.1:40222` */
  readonly address: string
  /** A folder as a user's home: `.ssh` with a key that may log in, and `known_hosts` with this server's. */
  readonly home: string
  /** The private key that may log in. */
  readonly key: string
  /** The line of `known_hosts`. */
  readonly knownHost: string
  /** The connections that it has: their processes. */
  pids(): Promise<number[]>
  /** Ends its connections, as a machine does that goes. */
  cut(): Promise<void>
  /** Ends it; it can be started again. */
  stop(): Promise<void>
  /** Starts it again at the same port, with further settings or another host key. */
  start(): Promise<void>
  newHostKey(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts an SSH server at 127.0.0.1 that takes one key, for whoever runs the test.
 * @param settings - lines of its sshd_config, before the others: the first one counts
 */
export async function startSshd(settings: readonly string[] = []): Promise<Sshd> {
  await access(PROGRAM).catch(() => {
    throw new Error('these tests need sshd: scripts/setup/packages sshd')
  })
  const folder = await mkdtemp(join(tmpdir(), 'cul8er-sshd-'))
  const home = join(folder, 'home')
  await mkdir(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const hostKey = join(folder, 'host_key')
  const key = join(home, '.ssh', 'id_ed25519')
  await newKey(hostKey)
  await newKey(key)
  await copyFile(`${key}.pub`, join(folder, 'authorized_keys'))
  const port = await freePort()
  const config = join(folder, 'sshd_config')
  await writeFile(
    config,
    [
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      `PidFile ${join(folder, 'pid')}`,
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'StrictModes no',
      'MaxStartups 100',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  )
  // Where the privileged part locks the other one in.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  let server: ChildProcess | null = null
  const knownHost = async (): Promise<string> =>
    `[127.0.0.1]:${port} ${(await readFile(`${hostKey}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ')}`
  const pids = async (): Promise<number[]> => (server?.pid === undefined ? [] : childrenOf(server.pid))

  const sshd = {
    port,
    address: `${userInfo().username}@127.0.0.1:${port}`,
    home,
    key,
    knownHost: await knownHost(),
    pids,
    cut: async () => (await pids()).forEach(killed),
    async stop() {
      await sshd.cut()
      const ended = server === null ? null : new Promise((resolve) => server?.once('exit', resolve))
      server?.kill()
      await ended
      server = null
    },
    async start() {
      const errors: Buffer[] = []
      server = spawn(PROGRAM, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
      server.stderr?.on('data', (chunk: Buffer) => errors.push(chunk))
      const listening = await until(async () => server?.exitCode !== null || (await answers(port)))
      if (!listening || server.exitCode !== null)
        throw new Error(`sshd did not start: ${Buffer.concat(errors).toString()}`)
    },
    async newHostKey() {
      await Promise.all([rm(hostKey), rm(`${hostKey}.pub`)])
      await newKey(hostKey)
      sshd.knownHost = await knownHost()
    },
    async close() {
      await sshd.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await writeFile(join(home, '.ssh', 'known_hosts'), `${sshd.knownHost}\n`)
  await sshd.start()
  return sshd
}

/** Makes a key; with a passphrase it is encrypted. */
export async function newKey(path: string, { passphrase = '', type = 'ed25519' } = {}): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', 'of a test', '-f', path])
  await chmod(path, 0o600)
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await run('pgrep', ['-P', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.split('\n').filter(Boolean).map(Number)
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('data', () => (socket.destroy(), resolve(true)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}
