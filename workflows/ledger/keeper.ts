import { condition, log } from '@temporalio/workflow'
import type { Expiry } from '../../src/contracts/index.js'
import { whenSettled } from '../concurrency.js'
import { reportOf } from '../engine/failure.js'
import { NOTHING, type Wanted } from './ttl.js'

/**
 * Has something outside say what the ledger says, again whenever that changes: one run at a time, and the newest counts. Nothing about it
 * keeps the ledger from its work.
 */
export class Keeper {
  private kept: string | null = NOTHING
  private running = false
  private failures = 0
  /** ms since the epoch. */
  private notBeforeMs = 0

  constructor(
    private readonly what: string,
    private readonly keep: (expiry: Expiry) => Promise<unknown>,
  ) {}

  get isRunning(): boolean {
    return this.running
  }

  /** When it has something to do, ms since the epoch; Infinity: nothing, or it is at it. */
  dueAt(wanted: Wanted | null): number {
    return wanted === null || this.running || wanted.key === this.kept ? Infinity : this.notBeforeMs
  }

  /** It says so already. */
  says({ key }: Wanted): boolean {
    return key === this.kept
  }

  begin(wanted: Wanted): void {
    this.running = true
    whenSettled(this.keep(wanted.expiry()), (how) => {
      this.running = false
      if (how.status === 'fulfilled') {
        this.failures = 0
        this.notBeforeMs = 0
        this.kept = wanted.key
        return
      }
      this.failures += 1
      this.notBeforeMs = Date.now() + retryMs(this.failures)
      log.warn(`${this.what} could not be brought up to date`, { error: reportOf(how.reason).message })
    })
  }

  /** A worker of before came this way and did nothing. */
  skip(wanted: Wanted): void {
    this.kept = wanted.key
  }

  /** Somebody else may have said something there. */
  doubt(): void {
    this.kept = null
  }

  settled(): Promise<void> {
    return condition(() => !this.running)
  }
}

/** From 30 s, doubling to six hours: a host may be gone for good. */
const retryMs = (failures: number): number => Math.min(30_000 * 2 ** (failures - 1), 6 * 3_600_000)
