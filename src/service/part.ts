import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { endProcess, identify, isAlive, type Identity } from './identity.js'
import type { PartCommand } from './parts.js'

/** How long after a death the next start waits, and at most. */
const BACKOFF_MS = { first: 100, most: 5_000 }
/** A part that ran so long had no trouble starting. */
const SETTLED_MS = 10_000
/** An adopted process is no child of ours: its death is looked for. */
const LOOK_MS = 200

export interface PartOptions {
  /** Decided anew for each start: ports may have changed. */
  command: () => Promise<PartCommand>
  logFile: string
  /** ms from SIGTERM to SIGKILL. */
  graceMs: number
  /** A process of the part runs, or stopped running. */
  changed: (identity: Identity | null) => void
  died: (what: string, nextInMs: number) => void
}

/** One process that is kept running until it is told to stop. */
export class Part {
  identity: Identity | null = null
  starts = 0
  #wanted = false
  #since = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly options: PartOptions) {}

  /** Starts it; it is started again whenever it dies. */
  async start(): Promise<void> {
    this.#wanted = true
    await this.#launch()
  }

  /** Keeps a process that runs already. */
  adopt(identity: Identity): void {
    this.#wanted = true
    this.#run(identity)
    const look = setInterval(() => {
      if (isAlive(identity)) return
      clearInterval(look)
      this.#ended(identity, 'the adopted process is gone')
    }, LOOK_MS)
  }

  /** Ends it for good, or until the next start. */
  async stop(): Promise<void> {
    this.#wanted = false
    clearTimeout(this.#timer)
    if (this.identity !== null) await endProcess(this.identity, this.options.graceMs)
  }

  /** Ends it; it comes back at once. */
  async restart(): Promise<void> {
    if (this.identity !== null) await endProcess(this.identity, this.options.graceMs)
  }

  async #launch(): Promise<void> {
    const { file, args, env } = await this.options.command()
    if (!this.#wanted) return
    const log = openSync(this.options.logFile, 'a', 0o600)
    // Its output goes to a file and not to a pipe of ours: it outlives a supervisor that is killed.
    const child = spawn(file, args, { stdio: ['ignore', log, log], env, detached: true })
    closeSync(log)
    const identity = child.pid === undefined ? null : identify(child.pid)
    child.once('error', (error) => this.#ended(identity, error.message))
    child.once('exit', (code, signal) => this.#ended(identity, signal ?? `exit ${code}`))
    if (identity !== null) this.#run(identity)
  }

  #run(identity: Identity): void {
    this.identity = identity
    this.starts += 1
    this.#since = Date.now()
    this.options.changed(identity)
  }

  #ended(identity: Identity | null, what: string): void {
    if (this.identity !== identity) return
    this.identity = null
    this.options.changed(null)
    if (!this.#wanted) return
    this.#failures = Date.now() - this.#since > SETTLED_MS ? 0 : this.#failures + 1
    const waitMs = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#failures)
    this.options.died(what, waitMs)
    this.#again(waitMs)
  }

  #again(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#launch().catch((error: unknown) => {
        this.options.died(String(error), BACKOFF_MS.most)
        if (this.#wanted) this.#again(BACKOFF_MS.most)
      })
    }, waitMs)
  }
}
