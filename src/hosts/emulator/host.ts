import type { Apps } from './apps.js'
import type { Answer, ExecScript, Hardware, HostState, InstanceState, Input } from './model.js'
import { Refusal, text } from './texts.js'
import { half, verbs } from './verbs/index.js'
import type { Words } from './words.js'

/** One emulated host: its state, and Incus's behaviour on it. */
export class EmulatedHost {
  scripts: ExecScript[] = []
  /** Told when an instance's log grew. */
  readonly logListeners = new Set<() => void>()

  constructor(
    readonly state: HostState,
    readonly apps: Apps,
    private readonly addressByte: () => number,
  ) {}

  /** Carries out one command; a refusal is an answer. `halfway`: the host loses power in the middle of it. */
  async execute(words: Words, input: Input, halfway = false): Promise<Answer> {
    try {
      const carriedOut = await (halfway ? half : verbs)[words.verb]?.(this, words, input)
      if (typeof carriedOut === 'object') return carriedOut
      return { exitCode: 0, stdout: carriedOut ?? '', stderr: '' }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { exitCode: error.exitCode, stdout: '', stderr: `Error: ${error.message}\n` }
    }
  }

  find(name: string, project: string): InstanceState {
    const found = this.state.instances[instanceKey(name, project)]
    if (found === undefined) throw new Refusal(text.noInstance(name, project))
    return found
  }

  address(instance: InstanceState): string {
    return `127.${this.addressByte()}.${this.state.number}.${instance.number}`
  }

  /** Starts the apps of a running instance, ends those of a stopped one. A fresh start is an app's birth. */
  async settle(instance: InstanceState, { fresh }: { fresh: boolean }): Promise<void> {
    const prefix = `${this.state.name}/${instanceKey(instance.name, instance.project)}/`
    await Promise.all(this.apps.running(prefix).map((key) => this.apps.stop(key)))
    if (instance.status !== 'Running') return
    for (const [name, release] of Object.entries(instance.data.releases)) {
      const version = release.versions.find((v) => v.version === release.current)
      if (version === undefined || release.held) continue
      if (fresh) release.startedAt = Date.now()
      const failure = await this.apps.start(`${prefix}${name}`, {
        app: version.app,
        identity: { release: name, version: version.app.version ?? version.version, instance: instance.name },
        address: this.address(instance),
        port: version.app.port ?? (Number(release.environment.PORT) || DEFAULT_PORT),
        startedAt: release.startedAt,
      })
      this.log(instance, name, failure ?? `${name} ${version.version} started`)
    }
  }

  log(instance: InstanceState, release: string, line: string): void {
    const logs = instance.data.releases[release]?.logs
    logs?.push(`${new Date().toISOString()} ${line}`)
    logs?.splice(0, logs.length - KEPT_LOG_LINES)
    this.logListeners.forEach((tell) => tell())
  }

  /** MiB in the pool that are taken. */
  usedMiB(): number {
    return Object.values(this.state.instances).reduce((sum, instance) => sum + instanceMiB(instance), 0)
  }

  /** @throws Refusal when the pool has no room for so much more */
  claimSpace(mib: number, refusal: string): void {
    if (this.usedMiB() + mib > this.state.hardware.poolMiB) throw new Refusal(refusal)
  }
}

export const DEFAULT_HARDWARE: Hardware = { cpus: 64, memoryMiB: 256 * 1024, poolMiB: 1024 * 1024, vms: true }

// What the project's images and examples listen on when nothing is said.
const DEFAULT_PORT = 4000
const KEPT_LOG_LINES = 200
/** MiB that an instance takes before anything is put into it. */
export const EMPTY_INSTANCE_MIB = 8

export const instanceKey = (name: string, project: string): string => `${project}/${name}`

function instanceMiB({ data }: InstanceState): number {
  const bytes =
    Object.values(data.files).reduce((sum, { size }) => sum + size, 0) +
    Object.values(data.releases).reduce((sum, { versions }) => sum + versions.reduce((s, v) => s + v.size, 0), 0)
  return EMPTY_INSTANCE_MIB + bytes / (1024 * 1024)
}

/** A host as it is before anything is made on it. */
export const newHost = (name: string, number: number, hardware: Hardware = DEFAULT_HARDWARE): HostState => ({
  name,
  number,
  hardware: { ...hardware },
  projects: { default: {} },
  pools: { default: { driver: 'btrfs', config: {} } },
  networks: { incusbr0: { type: 'bridge', config: { 'ipv4.nat': 'true' } } },
  images: [],
  instances: {},
})
