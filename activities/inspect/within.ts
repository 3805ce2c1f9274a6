import { Cul8erError } from '../../src/errors.js'
import { durationWords } from '../../src/topology/units.js'
import { unlessAborted } from '../../src/waiting/unless-aborted.js'

/**
 * What a look at a host gives, if that takes no longer than `limitMs`: a host that hangs costs only its own limit.
 * @throws Cul8erError TIMEOUT, what the look throws, or the signal's reason
 */
export async function within<T>(
  limitMs: number,
  signal: AbortSignal,
  look: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(limitMs)
  const either = AbortSignal.any([signal, late])
  try {
    return await unlessAborted(look(either), either)
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) throw new Cul8erError('TIMEOUT', `no answer within ${durationWords(limitMs)}`)
    throw error
  }
}
