import { isCancellation, setCurrentDetails } from '@temporalio/workflow'
import type { StepRecord } from '../../src/contracts/index.js'
import { reportOf } from './failure.js'

/**
 * What an operation did, step by step: the source of `attach`, of the result, and of the Web UI's current details.
 * Beyond `most` steps only failures and the newest are kept, so that wide operations stay within payload limits.
 */
export class Recorder {
  readonly steps: StepRecord[] = []
  /** The step in words. */
  current = 'planning'
  dropped = 0

  constructor(
    private readonly title: string,
    private readonly most = 400,
  ) {}

  /** Runs a step and records how it ended. */
  async step<T>(
    name: string,
    instance: string | undefined,
    run: () => Promise<T>,
    note?: (value: T) => string | undefined,
  ): Promise<T> {
    const started = Date.now()
    const record: StepRecord = {
      name,
      ...(instance === undefined ? {} : { instance }),
      outcome: 'running',
      startedAt: new Date(started).toISOString(),
      durationMs: 0,
    }
    this.push(record)
    this.say(instance === undefined ? name : `${name}: ${instance}`)
    try {
      const value = await run()
      record.outcome = 'done'
      const words = note?.(value)
      if (words !== undefined) record.note = words
      return value
    } catch (error) {
      record.outcome = 'failed'
      record.error = reportOf(error)
      if (isCancellation(error)) record.note = 'stopped'
      throw error
    } finally {
      record.durationMs = Date.now() - started
      this.show()
    }
  }

  /** Takes over what a slice recorded. */
  add(steps: readonly StepRecord[]): void {
    steps.forEach((record) => this.push(record))
    this.show()
  }

  /** Says in words what is going on. */
  say(words: string): void {
    this.current = words
    this.show()
  }

  private push(record: StepRecord): void {
    this.steps.push(record)
    if (this.steps.length <= this.most) return
    const i = this.steps.findIndex(({ outcome }) => outcome === 'done')
    if (i >= 0) {
      this.steps.splice(i, 1)
      this.dropped += 1
    }
  }

  private show(): void {
    const lines = this.steps.slice(-12).map(({ name, instance, outcome, durationMs, note, error }) => {
      const mark = { running: '▶', done: '✔', failed: '✘', undone: '↶', waiting: '⏸' }[outcome]
      const time = outcome === 'running' ? '' : ` (${(durationMs / 1000).toFixed(1)} s)`
      return `- ${mark} ${name}${instance === undefined ? '' : ` **${instance}**`}${time}${note ? `: ${note}` : ''}${error ? `: ${error.message}` : ''}`
    })
    setCurrentDetails([`### ${this.title}`, `**${this.current}**`, '', ...lines].join('\n'))
  }
}
