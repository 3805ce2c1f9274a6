import { setTimeout as sleep } from 'node:timers/promises'
import { becomes } from '../waiting/poll.js'
import { progress, type OperationResult, type OperationStarted, type Progress } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import { underway, type Underway } from './doing.js'
import { eventsBetween, goesOnSince, type RunEvent } from './events.js'
import { isNoAnswer, toCul8erError } from '../ledgers/failures.js'
import { readLedger } from './ledger.js'
import type { Link } from './link.js'
import { operationEnd } from './operation-end.js'

/** ms between two looks; a look at a wide operation that takes long makes it longer. */
const LOOK_MS = 250
/** ms that a step goes on before it is asked what it waits for, and between two such questions. */
const DOING_MS = 1_000
/** ms between two looks whether the embedded service is still there. */
const REVIVE_MS = 2_000

/** One operation, in progress or ended. Letting go of it changes nothing: it runs on. */
export class Run {
  #result: Promise<OperationResult> | undefined

  constructor(
    private readonly link: Link,
    readonly topology: string,
    private readonly started: OperationStarted,
  ) {}

  /** `op-3`, as in the history. */
  get operation(): string {
    return this.started.operation
  }

  /** Of the operation's workflow in Temporal. */
  get workflowId(): string {
    return this.started.workflowId
  }

  /** Number of the revision that it goes to. */
  get revision(): number {
    return this.started.revision
  }

  /** What happens, from the beginning, until the operation ends. Leaving the loop leaves the operation alone. */
  async *events(): AsyncGenerator<RunEvent, void, void> {
    const ended = this.result().then((result) => ({ result }))
    // Who leaves the loop does not hear how it ends.
    ended.catch(() => undefined)
    let before: Progress | null = null
    let asked = 0
    for (;;) {
      const began = Date.now()
      const look = await Promise.race([ended, this.progress()])
      if ('result' in look && !('steps' in look)) break
      yield* eventsBetween(before, look)
      before = look
      if (goesOnSince(look, DOING_MS, began) && began - asked >= DOING_MS) {
        asked = began
        yield { type: 'doing', doing: await this.doing() }
      }
      await Promise.race([ended, sleep(Math.max(LOOK_MS, 4 * (Date.now() - began)))])
    }
    const { result } = await ended
    const last = await this.#last(before, result)
    if (last !== null) yield* eventsBetween(before, { ...last, waitingFor: null })
    yield { type: 'ended', result }
  }

  /** What happened since the last look. To ask a workflow that has ended means to replay it: only when its plan is not known yet. */
  async #last(before: Progress | null, { steps }: OperationResult): Promise<Progress | null> {
    if (before !== null && before.changes.length > 0) return { ...before, steps }
    return this.progress().catch(() => before)
  }

  /**
   * Where it is now.
   * @throws Cul8erError SERVICE
   */
  progress(): Promise<Progress> {
    return this.link.call((client) => client.workflow.getHandle(this.workflowId).query(progress))
  }

  /** What its steps wait for, and what they found last. What cannot be read now is nothing to fail for. */
  async doing(): Promise<Underway[]> {
    return this.link.call((client) => underway(client, this.workflowId)).catch(() => [])
  }

  /**
   * The end, however long it takes and whatever is restarted in between.
   * @throws Cul8erError SERVICE when the server stays away
   */
  result(): Promise<OperationResult> {
    return (this.#result ??= this.#wait())
  }

  async #wait(): Promise<OperationResult> {
    const watch = setInterval(() => void this.link.revive().catch(() => undefined), REVIVE_MS)
    try {
      for (;;) {
        try {
          const { result } = await operationEnd(this.link.client, this.workflowId)
          await this.#writtenDown()
          return result
        } catch (error) {
          if (this.link.closed) throw new Cul8erError('CANCELLED', 'the connection was closed')
          if (isNoAnswer(error) || isClosed(error)) await this.link.revive()
          else return this.#lost(error)
        }
        await sleep(LOOK_MS)
      }
    } finally {
      clearInterval(watch)
    }
  }

  // The ledger hears of the end a moment after us; a command that follows at once shall not be refused for it.
  async #writtenDown(): Promise<void> {
    const written = async (): Promise<boolean> =>
      (await readLedger(this.link, this.topology))?.current?.id !== this.operation
    await becomes(written, { everyMs: 20, withinMs: 2_000 })
  }

  // The workflow itself was terminated or failed; what it did so far is nowhere in words.
  #lost(error: unknown): OperationResult {
    const { code, message } = toCul8erError(error)
    return {
      topology: this.topology,
      operation: this.operation,
      outcome: 'needsAttention',
      revision: this.revision,
      durationMs: 0,
      steps: [],
      error: {
        code: code === 'INTERNAL' ? 'NEEDS_ATTENTION' : code,
        message: `the operation's workflow was lost: ${message}`,
        hint: `cul8er plan ${this.topology} shows the current state; deploy or roll back again`,
      },
    }
  }
}

// The connection of an embedded service that came back at another address.
const isClosed = (error: unknown): boolean =>
  error instanceof Error && /channel (has been )?closed|client is closed/i.test(error.message)
