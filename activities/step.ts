import { Context } from '@temporalio/activity'
import type { At } from '../src/contracts/index.js'
import { toFailure } from './errors.js'

/** Between heartbeats, ms: a quarter of the workflows' heartbeat timeout. */
const BEAT_MS = 1_500

/**
 * What every activity gets: heartbeats while it works, so that a dead worker is noticed in seconds and a cancellation arrives,
 * and errors as failures.
 */
export function step<Input, Output>(
  run: (input: Input, signal: AbortSignal) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current()
    const signal = context.cancellationSignal
    const began = Date.now()
    context.heartbeat()
    const beat = setInterval(() => context.heartbeat(), BEAT_MS)
    try {
      return await run(input, signal)
    } catch (error) {
      throw toFailure(error, signal, {
        attempt: context.info.attempt,
        tookMs: Date.now() - began,
        hostTimeoutMs: (input as Partial<At> | undefined)?.hostTimeoutMs,
      })
    } finally {
      clearInterval(beat)
    }
  }
}
