import type { Apps } from './apps.js'
import type { ExecScript, HostState, InstanceState } from './model.js'
import { instanceKey, instanceMiB } from './state.js'
import { Refusal, text } from './texts.js'

/** One emulated host: its state, its apps, its addresses; what Incus does on it is in verbs/. */
export class EmulatedHost {
  scripts: ExecScript[] = []
  /** power: it is off. network: nobody reaches it, and what runs on it goes on. */
  outage: 'power' | 'network' | null = null
  /** Told when an instance's log grew. */
  readonly logListeners = new Set<() => void>()

  constructor(
    readonly state: HostState,
    readonly apps: Apps,
    private readonly addressByte: () => number,
    private readonly peers: ReadonlyMap<string, EmulatedHost> = new Map(),
  ) {}

  find(name: string, project: string): InstanceState {
    const found = this.state.instances[instanceKey(name, project)]
    if (found === undefined) throw new Refusal(text.noInstance(name, project))
    return found
  }

  /** The host that a remote of the client is. @throws Refusal */
  peer(remote: string): EmulatedHost {
    const found = remote === this.state.name ? this : this.peers.get(remote)
    if (found === undefined) throw new Refusal(text.noRemote(remote))
    if (found.outage !== null) throw new Refusal(text.noRoute(remote))
    return found
  }

  /** Nothing runs on it any more. */
  async powerOff(): Promise<void> {
    this.outage = 'power'
    const keys = Object.keys(this.state.instances).map((key) => `${this.state.name}/${key}/`)
    await Promise.all(keys.flatMap((prefix) => this.apps.running(prefix)).map((key) => this.apps.stop(key)))
  }

  /** As Incus does when it starts: `boot.autostart` says what runs; where it is not set, what ran before does. */
  async powerOn(): Promise<void> {
    this.outage = null
    const all = Object.values(this.state.instances)
    for (const instance of all) {
      const { 'boot.autostart': autostart = '' } = instance.config
      if (autostart !== '') instance.status = autostart === 'true' ? 'Running' : 'Stopped'
    }
    await Promise.all(all.map((instance) => this.settle(instance, { fresh: true })))
  }

  address(instance: InstanceState): string {
    return `127.${this.addressByte()}.${this.state.number}.${instance.number}`
  }

  /** Starts the apps of a running instance, ends those of a stopped one. A fresh start is an app's birth. */
  async settle(instance: InstanceState, { fresh }: { fresh: boolean }): Promise<void> {
    const prefix = `${this.state.name}/${instanceKey(instance.name, instance.project)}/`
    await Promise.all(this.apps.running(prefix).map((key) => this.apps.stop(key)))
    if (instance.status !== 'Running') return
    if (this.outage === 'power') return
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
    const state = instance.data.releases[release]
    if (state !== undefined) {
      state.logs.push(`${new Date().toISOString()} ${line}`)
      const dropped = state.logs.splice(0, state.logs.length - KEPT_LOG_LINES)
      state.droppedLogs = (state.droppedLogs ?? 0) + dropped.length
    }
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

// What the project's images and examples listen on when nothing is said.
const DEFAULT_PORT = 4000
const KEPT_LOG_LINES = 200
