import { setTimeout as delay } from 'node:timers/promises'
import { claimAddresses, type Claim } from './addresses.js'
import { Apps } from './apps.js'
import { Faults } from './faults.js'
import { execute } from './execute.js'
import { EmulatedHost } from './host.js'
import { DEFAULT_HARDWARE, newHost } from './state.js'
import { memoryStore, type Store } from './store.js'
import type { Answer, ExecScript, FaultRule, Hardware, HostState, Input, InstanceState } from './model.js'
import { Refusal, text } from './texts.js'
import { insideVerb } from './verbs/exec.js'
import { takeApart, type Words } from './words.js'

/** Many emulated hosts in one process: what is asked of them, what goes wrong, what is kept. */
export class Emulator {
  private readonly hosts = new Map<string, EmulatedHost>()
  private readonly apps = new Apps()
  private readonly faults = new Faults()
  private scripts: ExecScript[] = []
  private latencyMs = 0
  private hardware: Hardware = DEFAULT_HARDWARE

  private constructor(
    private readonly store: Store,
    private readonly claim: Claim,
  ) {}

  /** Hosts come back as the store has them, with the apps of their running instances. */
  static async open(store: Store = memoryStore()): Promise<Emulator> {
    const { byte, hosts } = await store.load()
    const claim = await claimAddresses(byte)
    if (claim.byte !== byte) await store.saveByte(claim.byte)
    const emulator = new Emulator(store, claim)
    await Promise.all(hosts.map((state) => emulator.add(state).resume()))
    return emulator
  }

  /** Carries out one Incus command on a host, which comes into being when it is first spoken to. */
  async execute(hostName: string, args: readonly string[], input: Partial<Input> = {}): Promise<Answer> {
    const full: Input = { stdin: new Uint8Array(), emit: () => {}, signal: NEVER, ...input }
    if (this.latencyMs > 0) await delay(this.latencyMs, undefined, { signal: full.signal })
    const host = this.known(hostName)
    const words = understood(args)
    if ('exitCode' in words) return words
    if (host.outage !== null) return refusal(text.noRoute(hostName))
    const fault = this.faults.strike({ host: hostName, verbs: verbsOf(words), instance: instanceOf(words) })
    const answer = await this.withFault(fault, host, words, full)
    return this.outageOf(hostName) === null ? answer : refusal(text.noRoute(hostName))
  }

  /** power: the host is off, and nothing runs on it. network: nobody reaches it, and all of it goes on. */
  async outage(hostName: string, kind: 'power' | 'network'): Promise<void> {
    const host = this.known(hostName)
    host.outage = kind
    if (kind === 'power') await host.powerOff()
  }

  /** A host is there again; one that was off starts what Incus starts with itself. */
  async back(hostName: string): Promise<void> {
    const host = this.known(hostName)
    if (host.outage === 'power') {
      await host.powerOn()
      return this.store.save(host.state)
    }
    host.outage = null
  }

  outageOf(hostName: string): 'power' | 'network' | null {
    return this.hosts.get(hostName)?.outage ?? null
  }

  /** Gives a look at how often the fault struck so far. */
  fault(rule: FaultRule): () => number {
    return this.faults.add(rule)
  }

  clearFaults(): void {
    this.faults.clear()
  }

  /** Answers for commands inside instances that the emulator does not know; replaces what was given before. */
  answerExec(scripts: ExecScript[]): void {
    this.scripts = scripts
    this.hosts.forEach((host) => (host.scripts = scripts))
  }

  /** ms before each command is carried out. */
  setLatency(ms: number): void {
    this.latencyMs = ms
  }

  /** Of one host, or of every host from now on. */
  async setHardware(hardware: Partial<Hardware>, hostName?: string): Promise<void> {
    if (hostName === undefined) this.hardware = { ...this.hardware, ...hardware }
    const named = hostName === undefined ? [...this.hosts.values()] : [this.known(hostName)]
    await Promise.all(
      named.map((host) => {
        Object.assign(host.state.hardware, hardware)
        return this.store.save(host.state)
      }),
    )
  }

  /** Looks at all instances as they are, to be left as they are; `state` copies everything. */
  each(look: (host: string, instance: Readonly<InstanceState>) => void): void {
    for (const { state } of this.hosts.values())
      for (const instance of Object.values(state.instances)) look(state.name, instance)
  }

  /** A copy of everything, by host name. */
  state(): Record<string, HostState> {
    return structuredClone(Object.fromEntries([...this.hosts].map(([name, { state }]) => [name, state])))
  }

  /** Ends the apps and gives the addresses back; the store keeps what it has. */
  async close(): Promise<void> {
    await this.apps.stopAll()
    await this.store.settled()
    this.claim.release()
  }

  private known(hostName: string): EmulatedHost {
    return this.hosts.get(hostName) ?? this.add(newHost(hostName, this.hosts.size, this.hardware)).host
  }

  private add(state: HostState): { host: EmulatedHost; resume: () => Promise<void> } {
    const host = new EmulatedHost(state, this.apps, () => this.claim.byte, this.hosts)
    host.scripts = this.scripts
    this.hosts.set(state.name, host)
    const resume = async (): Promise<void> => {
      await Promise.all(Object.values(state.instances).map((instance) => host.settle(instance, { fresh: false })))
    }
    return { host, resume }
  }

  private async withFault(
    fault: FaultRule['fault'] | null,
    host: EmulatedHost,
    words: Words,
    input: Input,
  ): Promise<Answer> {
    if (fault === 'refuse') return refusal(text.noConnection)
    if (fault === 'hang') return hang(input.signal)
    if (typeof fault === 'object' && fault !== null && 'error' in fault) return refusal(fault.error)
    if (typeof fault === 'object' && fault !== null) await delay(fault.delayMs, undefined, { signal: input.signal })
    // The power went while it was on its way.
    if (host.outage === 'power') return refusal(text.noRoute(host.state.name))
    const answer = await execute(host, words, input, fault === 'dieInMiddle')
    // What was answered is kept: a killed emulator comes back with it.
    if (!readsOnly(words)) await this.store.save(host.state)
    return fault === 'loseAnswer' || fault === 'dieInMiddle' ? refusal(text.lostConnection) : answer
  }
}

const NEVER = new AbortController().signal

const READ_ONLY = new Set(['list', 'console', 'query', 'config show', 'storage list', 'image list'])

const readsOnly = ({ verb, values }: Words): boolean => READ_ONLY.has(verb) && values('request').length === 0

const refusal = (said: string): Answer => ({ exitCode: 1, stdout: '', stderr: `Error: ${said}\n` })

const hang = (signal: AbortSignal): Promise<Answer> =>
  new Promise((_, reject) => {
    const gone = (): void => reject(signal.reason as Error)
    if (signal.aborted) gone()
    signal.addEventListener('abort', gone, { once: true })
  })

function understood(args: readonly string[]): Words | Answer {
  try {
    return takeApart(args)
  } catch (error) {
    if (error instanceof Refusal) return refusal(error.message)
    throw error
  }
}

function verbsOf(words: Words): string[] {
  const inside = insideVerb(words.inside)
  return inside === null ? [words.verb] : [words.verb, inside]
}

// create and launch name the image first.
function instanceOf({ verb, operands }: Words): string | undefined {
  if (verb === 'create' || verb === 'launch') return operands[1]
  if (verb === 'query') return /^\/1\.0\/instances\/([^/?]+)/.exec(operands[0] ?? '')?.[1]
  return operands[0]?.replace(/^[^/]*:/, '').split('/')[0]
}
