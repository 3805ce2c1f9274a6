import { setTimeout as sleep } from 'node:timers/promises'
import type { Asked, LedgerState, OperationResult } from '../../src/contracts/index.js'
import { messageOf } from '../../src/errors.js'
import type { FaultRule, InstanceState } from '../../src/emulator/model.js'
import type { Artifact, Revision } from '../../src/plan/model.js'
import { Random } from '../simulation/random.js'
import { shopReleases } from './fleet.js'
import { mortalEdge } from './mortal.js'
import { Rig, topologyOf } from './rig.js'
import { wrapped } from './wrapped.js'

/** How much of everything there is. */
export interface Measures {
  seed: number
  hosts: number
  topologies: number
  /** Instances of each topology, to begin with; one of them holds data. */
  instances: number
  /** Hosts that a topology may use; one of them has a copy of its data. */
  hostsOfEach: number
  rounds: number
  /** Operations that are asked for at the same time in a round. */
  atOnce: number
  /** Rules of what shall go wrong in a round. */
  faults: number
  /** Hosts that are out at the same time, at most. */
  out: number
  /** ms that a command may take. */
  patienceMs: number
}

/** What happened, for people. */
export interface Figures {
  operations: Record<string, number>
  outcomes: Record<string, number>
  refused: Record<string, number>
  automatic: Record<string, number>
  faults: Record<string, number>
  outages: Record<'power' | 'network', number>
  commands: number
}

const VERSIONS = { '1.0.0': {}, '1.1.0': {}, '1.2.0': {}, '9.0.0': { health: 'never' } }
const GOOD = Object.keys(VERSIONS).filter((version) => version !== '9.0.0')
/** What is written to what holds data. */
const WRITTEN = '/data/written'

interface Shape {
  version: string
  replicas: number
}

/** Many emulated hosts with many topologies, to which random things are done while random things go wrong. */
export class Turmoil {
  readonly figures: Figures = {
    ...{ operations: {}, outcomes: {}, refused: {}, automatic: {}, faults: {}, outages: { power: 0, network: 0 } },
    commands: 0,
  }
  /** Two of one identity that ran at the same time. */
  readonly twoWriters: string[] = []
  private readonly random: Random
  private readonly shapes = new Map<string, Shape>()
  /** The last that was written and acknowledged, by topology. */
  private readonly written = new Map<string, string>()
  /** Hosts that are out, with the round in which they are back. */
  private readonly out = new Map<string, number>()

  private constructor(
    readonly rig: Rig,
    readonly measures: Measures,
    private readonly artifacts: Record<string, Artifact>,
  ) {
    this.random = new Random(measures.seed)
    for (let k = 0; k < measures.topologies; k += 1)
      this.shapes.set(`t${k}`, { version: '1.0.0', replicas: measures.instances - 1 })
  }

  static async start(measures: Measures): Promise<Turmoil> {
    let turmoil: Turmoil | null = null
    const isOut = { has: (host: string) => rig.emulator.outageOf(host) !== null } as Set<string>
    const rig: Rig = await Rig.start(undefined, {
      wrap: (executor) =>
        wrapped(executor, {
          mostMs: measures.patienceMs,
          ended: ({ args }) => turmoil?.ended(args),
        }),
      edge: (host, edge) => mortalEdge(host, edge, isOut),
    })
    turmoil = new Turmoil(rig, measures, await shopReleases(rig, VERSIONS))
    return turmoil
  }

  /** Everything is deployed, and has something to lose. */
  async deployAll(): Promise<void> {
    await inTurns([...this.shapes.keys()], 4, async (name) => {
      const result = await this.deploy(name)
      if (result.outcome !== 'succeeded') throw new Error(`${name}: ${JSON.stringify(result.error)}`)
    })
    await this.write('before')
  }

  async round(number: number): Promise<void> {
    await this.hostsGoAndComeBack(number)
    this.rig.emulator.clearFaults()
    for (let left = this.random.int(0, this.measures.faults); left > 0; left -= 1) this.goWrong()
    const names = [...this.shapes.keys()]
    const chosen = new Set(Array.from({ length: this.measures.atOnce }, () => this.random.pick(names)))
    const asked = [...chosen].map((name) => ({ name, what: this.random.weighted(DEEDS, ([, weight]) => weight)[0] }))
    await Promise.all(asked.map(({ name, what }) => this.do(name, what)))
    await this.write(String(number))
  }

  /** Nothing goes wrong any more, and all hosts are there. */
  async calm(): Promise<void> {
    this.rig.emulator.clearFaults()
    for (const host of this.out.keys()) await this.back(host)
    for (const name of this.shapes.keys()) await this.rig.idle(name)
  }

  /** One more deploy by a person, of each. @returns what did not become as declared, in words */
  async settle(): Promise<string[]> {
    const wrong: string[] = []
    await inTurns([...this.shapes.keys()], 4, async (name) => {
      this.shapes.set(name, { ...this.shapes.get(name)!, version: '1.2.0' })
      // A failover of its own accord may be in progress, or begin.
      const { outcome, error } = await this.patiently(() => this.deploy(name))
      if (outcome !== 'succeeded') wrong.push(`${name} is ${outcome}: ${error?.code} ${error?.message}`)
    })
    return wrong
  }

  /** All that is not as it should be, in words. */
  async inconsistencies(): Promise<string[]> {
    const wrong = [...this.twoWriters]
    const state = this.rig.emulator.state()
    const all = Object.entries(state).flatMap(([host, { instances }]) =>
      Object.values(instances).map((instance) => ({ host, ...instance })),
    )
    for (const [name, { version, replicas }] of this.shapes) {
      const ledger = await this.rig.ledger(name)
      wrong.push(...ledgerWords(name, ledger))
      const { changes } = await this.rig.plan(this.revision(name))
      if (changes.length > 0)
        wrong.push(`${name}: a plan has ${changes.map((c) => `${c.action} ${c.instance}`).join()}`)
      const ours = all.filter((i) => i.config['user.cul8er.topology'] === name)
      const [copies, lives] = [ours.filter(isCopy), ours.filter((i) => !isCopy(i))]
      const expected = [`${name}-db`, ...Array.from({ length: replicas }, (_, k) => `${name}-web-${k + 1}`)].sort()
      const found = lives.map((i) => i.name.replace(/-(blue|green)$/, '')).sort()
      if (found.join() !== expected.join())
        wrong.push(`${name}: there are ${found.join()} in place of ${expected.join()}`)
      for (const i of lives) {
        const { status, config, data } = i
        const runs = i.name.endsWith('-db') ? version : data.releases.shop?.current
        if (status !== 'Running' || config['user.cul8er.role'] !== 'live' || runs !== version)
          wrong.push(`${i.host}/${i.name} is ${status}, ${config['user.cul8er.role']}, and runs ${runs}`)
      }
      for (const copy of copies) if (copy.status !== 'Stopped') wrong.push(`the copy ${copy.host}/${copy.name} runs`)
      for (const host of this.hostsOf(name).on) {
        const serving = Object.keys(this.rig.edges.get(host)?.serving(name) ?? {}).sort()
        const here = lives.filter((i) => i.host === host && !i.name.endsWith('-db')).map((i) => i.name)
        if (serving.join() !== here.sort().join())
          wrong.push(`the edge of ${host} leads to ${serving.join()}, not ${here.join()}`)
      }
      const holds = lives.filter((i) => i.name === `${name}-db`).map(writtenIn)
      if (holds.join() !== this.written.get(name))
        wrong.push(`${name}-db holds ${holds.join()}, not ${this.written.get(name)}`)
    }
    const ours = new Set(this.shapes.keys())
    const orphans = all.filter((i) => !ours.has(i.config['user.cul8er.topology'] ?? ''))
    wrong.push(...orphans.map((i) => `${i.host}/${i.name} belongs to nobody`))
    return wrong
  }

  /** What the ledgers began by themselves, from their histories. */
  async countAutomatic(): Promise<void> {
    for (const name of this.shapes.keys()) {
      for (const { automatic, kind, outcome } of (await this.rig.ledger(name)).history)
        if (automatic === true) count(this.figures.automatic, `${kind} ${outcome}`)
    }
  }

  /** Neighbours in a ring, so that each host is used by several topologies. */
  private hostsOf(name: string): { on: string[]; copy: string } {
    const { hosts, hostsOfEach, topologies } = this.measures
    const from = Math.floor((Number(name.slice(1)) * hosts) / topologies)
    const all = Array.from({ length: hostsOfEach }, (_, k) => `h${(from + k) % hosts}`)
    return { on: all.slice(0, -1), copy: all.at(-1)! }
  }

  private revision(name: string): Omit<Revision, 'number'> {
    const { version, replicas } = this.shapes.get(name)!
    const { on, copy } = this.hostsOf(name)
    const number = Number(name.slice(1))
    const topology = topologyOf({
      name,
      hosts: Object.fromEntries([...on, copy].map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
      ...(number % 2 === 0 ? { failover: { after: '5s' } } : {}),
      resources: {
        db: { image: 'cul8er/tiny', on, stateful: true, replicate: { to: copy, every: '2m' } },
        web: {
          ...{ image: 'cul8er/tiny', on, replicas, deploy: { release: 'shop', version } },
          network: { expose: [{ port: 4000, as: 8000 + number }] },
        },
      },
      strategy: {
        ...{ approach: number % 3 === 0 ? 'blueGreen' : 'rolling', maxParallel: 12, drain: '0s', hostTimeout: '2s' },
        ...(number % 3 === 0 ? { keep: '0s' } : {}),
        healthcheck: HEALTH,
      },
    })
    return this.rig.revision(topology, this.artifacts)
  }

  private deploy(name: string): Promise<OperationResult> {
    return this.rig.run(name, { kind: 'deploy', revision: this.revision(name) })
  }

  private async do(name: string, what: Deed): Promise<void> {
    count(this.figures.operations, what)
    try {
      const asked = await this.asked(name, what)
      const { outcome } = await this.rig.run(name, asked)
      count(this.figures.outcomes, outcome)
    } catch (error) {
      count(this.figures.refused, refusedWords(error))
    }
  }

  private async asked(name: string, what: Deed): Promise<Asked> {
    const { failover } = await this.rig.ledger(name)
    const { on } = this.hostsOf(name)
    // As the client does it: hosts that everything is as declared without are left out again.
    const without = failover?.without ?? []
    switch (what) {
      case 'deploy':
      case 'bad deploy': {
        const { instances } = this.measures
        const before = this.shapes.get(name)!
        const version = what === 'deploy' ? this.random.pick(GOOD) : '9.0.0'
        const isScaled = this.random.chance(0.3)
        const replicas = isScaled ? instances - 1 + this.random.int(-2, 2) : before.replicas
        this.shapes.set(name, { version, replicas })
        return { kind: 'deploy', revision: this.revision(name), without }
      }
      case 'restart':
        return { kind: 'restart', names: this.random.chance(0.5) ? ['web'] : [], maxParallel: 8, without }
      case 'drain':
        return { kind: 'drain', moves: { off: [this.random.pick(on)] }, without }
      case 'rebalance':
        return { kind: 'rebalance', moves: { off: [], gain: 10 }, without }
      case 'rollback':
        return { kind: 'rollback', without }
    }
  }

  private async hostsGoAndComeBack(round: number): Promise<void> {
    for (const [host, until] of this.out) if (until <= round) await this.back(host)
    const names = Array.from({ length: this.measures.hosts }, (_, k) => `h${k}`)
    while (this.out.size < this.measures.out && this.random.chance(0.4)) {
      const host = this.random.pick(names)
      if (this.out.has(host)) continue
      const kind = this.random.chance(0.6) ? 'power' : 'network'
      const until = round + this.random.int(1, 3)
      this.out.set(host, until)
      this.figures.outages[kind] += 1
      // In the middle of what is under way.
      void sleep(this.random.int(0, 800)).then(() =>
        this.out.get(host) === until ? this.rig.emulator.outage(host, kind) : undefined,
      )
    }
  }

  private async back(host: string): Promise<void> {
    this.out.delete(host)
    await this.rig.emulator.back(host)
    this.lookForTwo()
  }

  private goWrong(): void {
    const fault = this.random.pick(FAULTS)
    const host = `h${this.random.int(0, this.measures.hosts - 1)}`
    const struck = this.rig.emulator.fault({ match: { host, verb: this.random.pick(VERBS) }, fault: fault.fault })
    this.struck.push(() => (struck() > 0 ? fault.name : null))
  }

  private readonly struck: (() => string | null)[] = []

  countFaults(): void {
    for (const look of this.struck) {
      const name = look()
      if (name !== null) count(this.figures.faults, name)
    }
  }

  private ended(args: readonly string[]): void {
    this.figures.commands += 1
    if (args.includes('start') || args[0] === 'create' || args[0] === 'launch') this.lookForTwo()
  }

  /** Nobody forces anything here, so that there are no two in any case, whoever answers. */
  private lookForTwo(): void {
    const running = new Map<string, string>()
    this.rig.emulator.each((host, { name, status, config }) => {
      if (status !== 'Running' || config['user.cul8er.stateful'] !== 'true') return
      const key = `${config['user.cul8er.topology']}/${config['user.cul8er.resource']}/${config['user.cul8er.index']}`
      const other = running.get(key)
      if (other !== undefined) this.twoWriters.push(`${name} runs on ${other} and on ${host}`)
      running.set(key, host)
    })
  }

  /** To each that holds data and can be reached, between operations: nobody writes to what is not there. */
  private async write(what: string): Promise<void> {
    const lives: { host: string; name: string; topology: string }[] = []
    this.rig.emulator.each((host, { name, status, config }) => {
      const { 'user.cul8er.topology': topology, 'user.cul8er.role': role } = config
      if (!name.endsWith('-db') || status !== 'Running' || role !== 'live' || topology === undefined) return
      lives.push({ host, name, topology })
    })
    for (const { host, name, topology } of lives) {
      // What the ledger does by itself may have it in its hands.
      if ((await this.rig.ledger(topology)).current !== null) continue
      const input = { stdin: new TextEncoder().encode(what) }
      const { exitCode } = await this.rig.emulator.execute(host, ['exec', name, '--', 'tee', WRITTEN], input)
      if (exitCode === 0) this.written.set(topology, what)
    }
  }

  private async patiently(run: () => Promise<OperationResult>, triesLeft = 60): Promise<OperationResult> {
    try {
      return await run()
    } catch (error) {
      if (triesLeft === 0 || !refusedWords(error).includes('OPERATION_IN_PROGRESS')) throw error
      await sleep(500)
      return this.patiently(run, triesLeft - 1)
    }
  }
}

type Deed = 'deploy' | 'bad deploy' | 'restart' | 'drain' | 'rebalance' | 'rollback'
const DEEDS: readonly [Deed, number][] = [
  ['deploy', 8],
  ['bad deploy', 1],
  ['restart', 2],
  ['drain', 3],
  ['rebalance', 1],
  ['rollback', 1],
]

const FAULTS: { name: string; fault: FaultRule['fault'] }[] = [
  { name: 'fails', fault: { error: 'Failed to run: mkfs: no such device' } },
  { name: 'refuses', fault: 'refuse' },
  { name: 'loses the answer', fault: 'loseAnswer' },
  { name: 'dies in the middle', fault: 'dieInMiddle' },
  { name: 'hangs', fault: 'hang' },
  { name: 'is late', fault: { delayMs: 700 } },
]
const VERBS = [
  ...['create', 'start', 'stop', 'delete', 'config set', 'copy', 'list', 'exec', 'snapshot create', 'query'],
  ...['cul8er-install', 'cul8er-stop', 'cul8er-restart', 'cul8er-configure'],
]

const HEALTH = {
  ...{ endpoint: 'http://localhost:4000/health', interval: '100ms', timeout: '3s', retries: 3 },
  ...{ minHealthyTime: '100ms', deadline: '6s' },
}

const isCopy = ({ config }: InstanceState): boolean => config['user.cul8er.role'] === 'replica'

const writtenIn = ({ data }: InstanceState): string =>
  Buffer.from(data.files[WRITTEN]?.content ?? '', 'base64').toString()

function ledgerWords(name: string, { current, dirty, stable, desired, failover }: LedgerState): string[] {
  const isQuiet = current === null && dirty.length === 0 && stable === desired && failover === undefined
  return isQuiet ? [] : [`the ledger of ${name}: ${JSON.stringify({ current, dirty, stable, desired, failover })}`]
}

const refusedWords = (error: unknown): string => {
  const { cause } = error as { cause?: { type?: string } }
  return cause?.type ?? messageOf(error)
}

function count(numbers: Record<string, number>, name: string): void {
  numbers[name] = (numbers[name] ?? 0) + 1
}

/** So many at a time. */
async function inTurns<T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all]
  const turn = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await act(next)
  }
  await Promise.all(Array.from({ length: atOnce }, turn))
}
