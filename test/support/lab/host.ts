import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dial } from '../../../src/hosts/dial.js'
import { becomes } from '../../../src/waiting/poll.js'
import { killAll, makeGroups, removeGroups } from './cgroups.js'
import { incus, incusIsReady } from './incus.js'
import type { HostLayout, Layout } from './layout.js'
import { connect, plugIn, unplug } from './network.js'
import type { LabPlan } from './options.js'
import { run } from './run.js'

/** Waiting for a host to come up, ms. */
const BOOT_MS = 30_000

/** A host of a lab: how to log in there, and what can happen to it. */
export class LabHost {
  readonly user = 'root'
  readonly port = 22
  /** What `exec` enters: the first process of the host. null: its power is cut. */
  private first: number | null = null

  constructor(
    private readonly lab: { layout: Layout; plan: LabPlan },
    private readonly layout: HostLayout,
    /** File of the private key that it admits. */
    readonly key: string,
    /** Its line of a known_hosts file. */
    readonly knownHosts: string,
  ) {}

  get name(): string {
    return this.layout.name
  }

  get address(): string {
    return this.layout.address
  }

  /** First three numbers of its instances' addresses. */
  get subnet(): string {
    return this.layout.subnet
  }

  /** Comes back when Incus and sshd answer. Instances that ran when the power was cut run again. */
  async boot(): Promise<void> {
    const { folder, name, netns, groups } = this.layout
    await mkdir(join(folder, 'etc.work'), { recursive: true })
    await mkdir(join(folder, 'etc'), { recursive: true })
    await makeGroups(groups)
    await plugIn(this.lab.layout, this.layout, this.lab.plan)
    const log = openSync(join(folder, 'boot.log'), 'a')
    // Should this process die, so does the host.
    const words = ['--pdeathsig', 'KILL', here('power-on.sh'), netns, folder, name, ...groups]
    const started = spawn('setpriv', words, { stdio: ['ignore', log, log], detached: true, cwd: '/' })
    await once(started, 'spawn')
    started.unref()
    if (!(await incusIsReady(this.layout, BOOT_MS)) || !(await becomes(() => this.answers(), PACE)))
      throw new Error(`host ${name} does not come up: ${readFileSync(join(folder, 'boot.log'), 'utf8').slice(-2_000)}`)
    this.first = firstOf(started.pid ?? 0)
  }

  /** All that runs there is gone at once, unasked, with its network; what is on its disk stays. */
  async powerCut(): Promise<void> {
    if (this.first !== null) process.kill(this.first, 'SIGKILL')
    this.first = null
    await killAll(this.layout.groups)
    await unplug(this.lab.layout, this.layout)
    await removeGroups(this.layout.groups)
  }

  /** Pulls its cable: the host and its instances live on, and nobody hears of them. */
  async cutNetwork(): Promise<void> {
    await connect(this.lab.layout, this.layout, false)
  }

  async restoreNetwork(): Promise<void> {
    await connect(this.lab.layout, this.layout, true)
  }

  /** Runs the Incus client against this host, past its network. @throws ExecaError */
  incus(...args: string[]): Promise<string> {
    return incus(this.layout, args)
  }

  /** What a command prints that is run on the host, past its network. @throws ExecaError */
  exec(argv: readonly string[], options: { input?: string } = {}): Promise<string> {
    if (this.first === null) throw new Error(`host ${this.name} has no power`)
    const spaces = ['--mount', '--uts', '--net', '--pid', '--cgroup', '--wdns=/root']
    return run('nsenter', ['--target', String(this.first), ...spaces, '--', ...argv], options)
  }

  private answers(): Promise<boolean> {
    return dial(this.address, this.port, { timeoutMs: 1_000 }).then(
      (socket) => (socket.destroy(), true),
      () => false,
    )
  }
}

const PACE = { everyMs: 50, withinMs: BOOT_MS }

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** The one child of the process that made its namespaces. */
function firstOf(pid: number): number {
  const file = `/proc/${pid}/task/${pid}/children`
  const [child] = existsSync(file) ? readFileSync(file, 'utf8').trim().split(' ') : []
  if (child === undefined || child === '') throw new Error('the host ended while it came up')
  return Number(child)
}
