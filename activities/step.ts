import { Context } from '@temporalio/activity'
import { TemporalFailure } from '@temporalio/common'
import { isBeat, isRefused, type Beat, type Doing, type Patience } from '../src/contracts/index.js'
import { toFailure } from './errors.js'
import { maskedError } from './secrets.js'

/** Between heartbeats, ms: a quarter of the workflows' heartbeat timeout. */
const BEAT_MS = 1_500

/** What one attempt leaves to the next, on another worker perhaps: it travels with the heartbeats, some seconds late at most. */
export interface Memory {
  /** What the last attempt kept; undefined: this is the first, or it kept nothing. */
  readonly kept: unknown
  keep(value: unknown): void
  /** What it waits for now, for people; no secrets. */
  says(doing: Omit<Doing, 'instance'>): void
}

/**
 * What every activity gets: heartbeats while it works, so that a dead worker is noticed in seconds and a cancellation arrives,
 * and errors as failures, without the secrets that the worker knows.
 */
export function step<Input, Output>(
  run: (input: Input, signal: AbortSignal, memory: Memory) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current()
    const signal = context.cancellationSignal
    const began = Date.now()
    const before: unknown = context.info.heartbeatDetails
    const mine: Beat = { beat: 1, kept: keptIn(before), doing: instanceOf(input) }
    const memory: Memory = {
      kept: mine.kept,
      keep: (value) => (mine.kept = value),
      says: (doing) => (mine.doing = { ...mine.doing, ...doing }),
    }
    const heartbeat = (): void => context.heartbeat({ ...mine })
    heartbeat()
    const beat = setInterval(heartbeat, BEAT_MS)
    try {
      return await run(input, signal, memory)
    } catch (error) {
      throw toFailure(forgetful(error), signal, {
        attempt: context.info.attempt,
        tookMs: Date.now() - began,
        hostTimeoutMs: (input as Patience | undefined)?.hostTimeoutMs,
      })
    } finally {
      clearInterval(beat)
    }
  }
}

function keptIn(before: unknown): unknown {
  if (isRefused(before)) return undefined
  return isBeat(before) ? before.kept : before
}

/** The instance that an activity is about, where it is one. */
function instanceOf(input: unknown): Doing {
  const { spec, name } = (input ?? {}) as { spec?: { name?: unknown }; name?: unknown }
  const instance = spec?.name ?? name
  return typeof instance === 'string' ? { instance } : {}
}

/** Failures of Temporal's own say what workflows said, and their kind counts. */
const forgetful = (error: unknown): unknown => (error instanceof TemporalFailure ? error : maskedError(error))
