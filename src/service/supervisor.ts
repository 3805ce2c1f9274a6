import { realpathSync } from 'node:fs'
import type { Logger } from 'pino'
import { Cul8erError } from '../errors.js'
import { findTemporal, temporalBinary } from './binary.js'
import { buildStamp } from './build-stamp.js'
import { endProcess, identify, isAlive, type Identity } from './identity.js'
import { canAdopt, findServers, mayEnd, type Wanted } from './leftovers.js'
import { Part } from './part.js'
import { temporalCommand, workerCommand } from './parts.js'
import { logFile, type ServicePaths } from './paths.js'
import { choosePorts, type Ports } from './ports.js'
import { processFacts } from './process-facts.js'
import { serves, temporalReady } from './ready.js'
import { readRecord, writeRecord, type ServiceRecord } from './record.js'

/** Starts of Temporal, one after another, that never came to serve: then the supervisor gives up and says why. */
const GIVE_UP_AFTER = 4
/** A start on a large database takes seconds. */
const READY_MS = 30_000

/** Keeps Temporal and a worker running for one home. One at a time holds the home's lock. */
export class Supervisor {
  readonly #temporal: Part
  readonly #worker: Part
  #record: ServiceRecord
  #ports: Ports | null
  #unready = 0
  #stopping = false
  /** How a Temporal of ours ended last, by itself. */
  #lastEnd: string | null = null

  constructor(
    private readonly paths: ServicePaths,
    private readonly log: Logger,
    private readonly giveUp: () => void,
  ) {
    const last = readRecord(paths)
    // A Temporal of an older build, whose Web UI any page finds, is not kept.
    this.#ports = last?.uiHost === undefined ? null : { port: last.port, uiHost: last.uiHost, uiPort: last.uiPort }
    this.#record = {
      state: 'starting',
      supervisor: identify(process.pid) ?? { pid: process.pid, started: '' },
      temporal: last?.temporal ?? null,
      ...(last?.binary === undefined ? {} : { binary: last.binary }),
      worker: last?.worker ?? null,
      port: last?.port ?? 0,
      ...(last?.uiHost === undefined ? {} : { uiHost: last.uiHost }),
      uiPort: last?.uiPort ?? 0,
      build: buildStamp(),
      startedAt: new Date().toISOString(),
      restarts: { temporal: 0, worker: 0 },
    }
    this.#temporal = this.#part('temporal', 5_000, () => this.#temporalCommand())
    this.#worker = this.#part('worker', 8_000, async () => workerCommand(paths, this.#served()))
  }

  async run(): Promise<void> {
    this.#save({})
    const adopted = await this.#leftovers()
    if (adopted === null) await this.#temporal.start()
    else this.#temporal.adopt(adopted)
  }

  /** Ends both parts, the worker first, so that it can say good-bye to Temporal. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#worker.stop()
    await this.#temporal.stop()
    this.#save({ state: 'stopped', temporal: null, worker: null })
  }

  /** Ends the worker and leaves Temporal to the next supervisor, of a newer build. */
  async handOver(): Promise<void> {
    this.#stopping = true
    await this.#worker.stop()
    this.#save({ state: 'starting', worker: null })
  }

  /** Says why the service cannot be, to the command that waits for it, and gives up. */
  fail(problem: string): void {
    this.log.error({ problem }, 'giving up')
    this.#save({ state: 'failed', problem })
    this.giveUp()
  }

  #part(name: 'temporal' | 'worker', graceMs: number, command: Part['options']['command']): Part {
    const part: Part = new Part({
      command,
      graceMs,
      logFile: logFile(this.paths, name),
      changed: (identity) => this.#changed(name, part, identity),
      died: (what, nextInMs) => {
        if (name === 'temporal') this.#lastEnd = what
        this.log.warn({ part: name, what, nextInMs }, 'died, will be started again')
      },
    })
    return part
  }

  #changed(name: 'temporal' | 'worker', part: Part, identity: Identity | null): void {
    if (identity !== null) this.log.info({ part: name, pid: identity.pid }, 'runs')
    const restarts = { ...this.#record.restarts, [name]: Math.max(0, part.starts - 1) }
    if (this.#stopping) return
    this.#save({ [name]: identity, restarts, ...(name === 'temporal' ? { state: 'starting' } : {}) })
    if (name === 'temporal' && identity !== null) void this.#temporalStarted(identity)
  }

  async #temporalStarted(identity: Identity): Promise<void> {
    if (!(await temporalReady(identity, this.#served(), READY_MS))) {
      this.#unready += 1
      if (this.#unready >= GIVE_UP_AFTER) return this.fail(this.#notReady())
      if (isAlive(identity)) await this.#temporal.restart()
      return
    }
    if (this.#stopping) return
    this.#unready = 0
    this.#save({ state: 'ready' })
    this.log.info({ ...this.#served() }, 'ready')
    if (this.#worker.starts === 0) await this.#worker.start()
  }

  #notReady(): string {
    const { binary = 'Temporal' } = this.#record
    const ended = this.#lastEnd === null ? '' : `: ${binary} ended with ${this.#lastEnd}`
    return `Temporal does not become ready${ended}`
  }

  async #temporalCommand(): ReturnType<Part['options']['command']> {
    // The environment chooses ports for the first start; afterwards clients and the worker know them.
    const first = this.#temporal.starts === 0
    const before = this.#ports
    this.#ports = await choosePorts(before, first ? process.env : {})
    this.#save({ ...this.#ports })
    if (!first && before?.port !== this.#ports.port) await this.#worker.restart()
    const binary = await temporalBinary()
    this.#save({ binary: realpathSync(binary) })
    return temporalCommand(binary, this.paths, this.#ports)
  }

  #served(): Ports {
    if (this.#ports === null) throw new Cul8erError('SERVICE', 'no ports are chosen yet')
    return this.#ports
  }

  // What a killed supervisor left: its worker ends by itself and is helped, its Temporal is kept when it is ours and serves.
  async #leftovers(): Promise<Identity | null> {
    const { temporal, worker, binary } = this.#record
    const { database } = this.paths
    const binaries = [binary ?? null, foundBinary()].filter((file) => file !== null)
    const wanted: Wanted = { uid: process.getuid?.(), database, binaries, recorded: temporal }
    const all = [temporal, ...findServers(database)].filter((i) => i !== null && isAlive(i)) as Identity[]
    const unique = [...new Map(all.map((identity) => [identity.pid, identity])).values()]
    let kept: Identity | null = null
    for (const identity of unique) {
      const adoptable = kept === null && this.#ports !== null && canAdopt(identity, wanted)
      if (adoptable && this.#ports !== null && (await serves(identity, this.#ports))) kept = identity
      else if (mayEnd(processFacts(identity.pid), wanted)) await endProcess(identity, 2_000)
    }
    if (worker !== null && isAlive(worker)) await endProcess(worker, 2_000)
    this.log.info({ found: unique.map(({ pid }) => pid), kept: kept?.pid ?? null }, 'looked for leftovers')
    this.#record = { ...this.#record, temporal: kept, worker: null }
    return kept
  }

  #save(changes: Partial<ServiceRecord>): void {
    this.#record = { ...this.#record, ...changes }
    writeRecord(this.paths, this.#record)
  }
}

/** Where it is now; one that cannot be found is no reason not to look at what runs. */
function foundBinary(): string | null {
  try {
    const file = findTemporal()
    return file === null ? null : realpathSync(file)
  } catch {
    return null
  }
}
