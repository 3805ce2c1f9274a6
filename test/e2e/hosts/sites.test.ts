import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import { dial } from '../../../src/hosts/dial.js'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { showOnFailure } from '../../support/shown-on-failure.js'
import { Home } from '../service/home.js'
import { declare, instancesOf, writeRelease, PORT } from './fleet.js'

const NAME = 'away'
const SITE = 'home'

/** Nobody dials in, as behind NAT; what is dialled out gets its answers. */
const BEHIND_NAT = `table inet nat_like {
  counter dialled {}
  chain in {
    type filter hook input priority 0;
    iifname "eth0" ct state established,related accept
    iifname "eth0" counter name dialled drop
  }
}`

describe.skipIf(!canRunLab())('a site behind NAT (needs root, Incus and sshd)', { timeout: 120_000 }, () => {
  const home = new Home()
  let lab: Lab
  let host: LabHost
  let file: string[]
  let door: Server
  let artifactPort: number
  let worker: ChildProcess | null = null
  const siteHome = join(home.folder, 'site')
  const log = join(home.folder, 'site.log')

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 1, name: 'site' })
    host = lab.hosts[0]!
    for (const version of ['1.0.0', '1.1.0']) await writeRelease(home, version)
    file = await declare(home, { name: NAME, lab, host: { site: SITE }, web: { replicas: 2 } })
    await host.exec(['nft', '-f', '-'], { input: BEHIND_NAT })
    await mkdir(siteHome, { recursive: true, mode: 0o700 })
    await copyFile(lab.knownHostsFile, join(siteHome, 'known_hosts'))
    artifactPort = await freePort(lab.address)
    await home.cul8er(['service', 'start'], { CUL8ER_ARTIFACTS_LISTEN: `${lab.address}:${artifactPort}` })
    door = await forward(lab.address, `127.0.0.1:${home.record()!.port}`)
  })
  afterAll(async () => {
    await end('SIGTERM')
    door?.close()
    await home.remove()
    await lab.down()
  })

  /** The worker of the site, in the host's network: it has the key, and where to dial. */
  const start = async (): Promise<void> => {
    const { port } = door.address() as AddressInfo
    const out = openSync(log, 'a')
    const words = ['worker', '--site', SITE, '--address', `${lab.address}:${port}`]
    worker = spawn(
      'nsenter',
      [
        ...[`--net=/run/netns/lab-site-${host.name}`, '--', resolve('bin/cul8er'), ...words],
        ...['--artifacts', `http://${lab.address}:${artifactPort}`],
      ],
      {
        stdio: ['ignore', out, out],
        cwd: '/',
        env: {
          ...{ PATH: process.env.PATH, HOME: siteHome, CUL8ER_HOME: siteHome },
          CUL8ER_SEAL_KEY: (await readFile(join(home.path, 'seal.key'), 'utf8')).trim(),
        },
      },
    )
    await expect.poll(() => readFileSync(log, 'utf8'), { timeout: 20_000 }).toContain('"polling"')
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (worker === null || worker.exitCode !== null || worker.signalCode !== null) return
    const gone = once(worker, 'exit')
    worker.kill(signal)
    await gone
  }
  const answers = (): Promise<string> => host.exec(['curl', '-sS', '--max-time', '3', `http://127.0.0.1:${PORT}/`])
  const deploy = (...more: string[]) => home.json<OperationResult>(['deploy', '--yes', ...file, ...more])

  it('is refused by its name within seconds while it has no worker, before anything is touched', async () => {
    await expect(dial(host.address, 22, { timeoutMs: 1_000 })).rejects.toThrow()
    const commands = [['plan'], ['deploy', '--yes'], ['hosts', 'check']]
    await Promise.all(
      commands.map(async (command) => {
        const began = performance.now()
        const said = JSON.stringify(await home.json([...command, ...file]))
        console.log(`site without a worker: ${command[0]} said so after ${Math.round(performance.now() - began)} ms`)
        expect(said).toContain('site home has no worker')
        expect(said).toContain('cul8er worker --site home')
        expect(performance.now() - began).toBeLessThan(20_000)
      }),
    )
    expect(await instancesOf(host)).toEqual([])
  })

  it('gets a release, checked and kept there', async () => {
    await start()
    const began = performance.now()
    const done = await deploy()
    showOnFailure(readFileSync(log, 'utf8').slice(-4_000))
    expect(done).toMatchObject({ outcome: 'succeeded' })
    console.log(`site: first deploy ${Math.round(performance.now() - began)} ms`)
    expect(await answers()).toBe('1.0.0')
    const kept = await readdir(join(siteHome, 'artifacts'))
    expect(kept).toEqual(await readdir(join(home.path, 'artifacts')))
  })

  it('shows its state, its hosts, logs, and runs a command inside', async () => {
    const [status, checks, logs, ran] = await Promise.all([
      home.json(['status', NAME]),
      home.json(['hosts', 'check', ...file]),
      home.cul8er(['logs', NAME]),
      home.cul8er(['exec', NAME, `${NAME}-web-1`, '--', 'echo', 'from inside']),
    ])
    expect(status).toMatchObject({
      healthy: true,
      instances: [1, 2].map((n) => ({ name: `${NAME}-web-${n}`, state: 'Running', health: 'healthy' })),
    })
    expect(checks).toMatchObject({ ok: true })
    expect(logs.exit).toBe(0)
    expect(ran).toMatchObject({ exit: 0, stdout: 'from inside' })
  })

  it('an update goes on where its worker was killed', async () => {
    const running = home.start(['deploy', '--yes', '--json', ...file, '--version', '1.1.0'])
    for await (const line of createInterface({ input: running.stderr })) {
      if (line.startsWith('✔') && line.includes(`${NAME}-web-1`)) break
    }
    const began = performance.now()
    await end('SIGKILL')
    await start()
    const { stdout } = await running
    console.log(`site: done ${Math.round(performance.now() - began)} ms after its worker was killed`)
    showOnFailure(stdout)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'succeeded' })
    expect(await answers()).toBe('1.1.0')
  })

  it('goes back, and leaves nothing once it is destroyed', async () => {
    expect(await home.json(['rollback', NAME, '--yes'])).toMatchObject({ outcome: 'succeeded' })
    expect(await answers()).toBe('1.0.0')
    expect(await home.json(['destroy', NAME, '--yes'])).toMatchObject({ outcome: 'succeeded' })
    expect(await instancesOf(host)).toEqual([])
  })

  it('was never dialled but by this test', async () => {
    const counted = JSON.parse(await host.exec(['nft', '-j', 'list', 'counters'])) as {
      nftables: { counter?: { packets: number } }[]
    }
    const packets = counted.nftables.flatMap(({ counter }) => (counter === undefined ? [] : [counter.packets]))
    // One connection tried for a second: it knocks once, or once more.
    expect(packets[0]).toBeLessThanOrEqual(2)
  })
})

/** Lets the lab dial a service that listens on loopback. */
async function forward(address: string, to: string): Promise<Server> {
  const [host = '', port = ''] = to.split(':')
  const server = createServer((socket) => {
    const behind = connect(Number(port), host)
    socket.on('error', () => behind.destroy()).pipe(behind)
    behind.on('error', () => socket.destroy()).pipe(socket)
  })
  server.listen(0, address)
  await once(server, 'listening')
  return server
}

async function freePort(address: string): Promise<number> {
  const server = createServer().listen(0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
