import { CancellationScope, condition, setHandler } from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import { steer, steeringSignals, type Steering } from '../../src/contracts/index.js'
import { failureOf } from './failure.js'

/** What may be said at the moment; a reason refuses. */
export type Refusal = string | null

/**
 * What people say to an operation: as signals, which cannot be refused and are ignored when they make no sense, and as
 * updates, which answer. Abort wins over everything, until the point of no return.
 */
export class Steer {
  aborted = false
  paused = false
  /** Promotions not used yet. */
  promotions = 0
  full = false
  /** Set when a promote has something to promote. */
  awaitsPromotion = false
  /** Pauses that were declared, or that wait for a person, and what takes as long as it takes: meanwhile the operation's deadline stands still. */
  private rests = 0
  /** Why an abort can do nothing any more. */
  noReturn: string | null = null
  private readonly scopes = new Set<CancellationScope>()

  /** What a person may say now, when the operation waits for one. */
  get waitingFor(): string | null {
    return this.paused ? 'resume or abort' : this.awaitsPromotion ? 'promote or abort' : null
  }

  /** Registers the handlers; call it once, before the first wait. */
  listen(): this {
    for (const action of ['promote', 'promoteFull', 'abort', 'pause', 'resume'] as const) {
      setHandler(steeringSignals[action], () => {
        if (this.refusal(action) === null) this.act(action)
      })
    }
    setHandler(
      steer,
      ({ action }: { action: Steering }) => {
        this.act(action)
        return { accepted: action }
      },
      {
        validator: ({ action }: { action: Steering }) => {
          const reason = this.refusal(action)
          if (reason !== null) throw failureOf(refused(action, reason))
        },
      },
    )
    return this
  }

  /** Nobody can expect progress now. */
  get waits(): boolean {
    return this.paused || this.rests > 0
  }

  /** Several may rest side by side: the deadline goes on when the last of them has ended. */
  async resting<T>(during: () => Promise<T>): Promise<T> {
    this.rests += 1
    try {
      return await during()
    } finally {
      this.rests -= 1
    }
  }

  /** A promotion is asked for: it is used up. */
  takePromotion(): boolean {
    if (this.full) return true
    if (this.promotions === 0) return false
    this.promotions -= 1
    return true
  }

  /** Runs what an abort shall stop; a scope that begins after an abort is stopped at once. */
  async abortable<T>(run: () => Promise<T>): Promise<T> {
    const scope = new CancellationScope({ cancellable: true })
    this.scopes.add(scope)
    try {
      return await scope.run(async () => {
        if (this.aborted) scope.cancel()
        return run()
      })
    } finally {
      this.scopes.delete(scope)
    }
  }

  /** Between steps: returns at once, or when a pause ends. */
  async gate(): Promise<void> {
    if (this.paused) await condition(() => !this.paused)
  }

  /** Why an action makes no sense now, or null. */
  refusal(action: Steering): Refusal {
    if (this.aborted)
      return action === 'abort' ? 'the operation is already being aborted' : 'the operation is being aborted'
    switch (action) {
      case 'abort':
        return this.noReturn
      case 'promote':
      case 'promoteFull':
        return this.awaitsPromotion ? null : 'no canary or bake is waiting'
      case 'pause':
        return this.paused ? 'it is already paused' : this.noReturn
      case 'resume':
        return this.paused ? null : 'it is not paused'
    }
  }

  private act(action: Steering): void {
    if (action === 'abort') {
      this.aborted = true
      this.paused = false
      this.scopes.forEach((scope) => scope.cancel())
    } else if (action === 'pause') this.paused = true
    else if (action === 'resume') this.paused = false
    else {
      this.promotions += 1
      this.paused = false
      if (action === 'promoteFull') this.full = true
    }
  }
}

const refused = (action: Steering, reason: string): ErrorReport => ({
  code: 'NOTHING_TO_STEER',
  message: `${action} refused: ${reason}`,
  hint: 'cul8er status shows what the operation is doing',
})
