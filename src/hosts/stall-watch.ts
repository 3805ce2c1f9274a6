import type { IncomingMessage } from 'node:http'
import { Cul8erError } from '../errors.js'

/** ms without a single byte after which a transfer is given up. */
export const STALL_MS = 60_000

/** A transfer to or from a host. */
export interface Transfer {
  signal: AbortSignal
  /** Told of the bytes that went over so far. */
  onBytes?: (bytes: number) => void
}

/**
 * Ends a transfer over which nothing goes any more: neither end need notice by itself.
 * @param what - `an image`, for messages
 */
export function stallWatch(host: string, what: string, { signal, onBytes }: Transfer) {
  const stalled = new AbortController()
  const either = AbortSignal.any([signal, stalled.signal])
  let timer: NodeJS.Timeout | undefined
  let bytes = 0
  const rest = (): void => clearTimeout(timer)
  const wind = (): void => {
    rest()
    timer = setTimeout(
      () =>
        stalled.abort(
          new Cul8erError('TIMEOUT', `host ${host} took or gave no byte of ${what} for ${STALL_MS / 1000} s`),
        ),
      STALL_MS,
    )
  }
  const moved = (count: number): void => {
    wind()
    onBytes?.((bytes += count))
  }
  return {
    moved,
    async during<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
      wind()
      try {
        return await task(either)
      } catch (error) {
        either.throwIfAborted()
        throw error
      } finally {
        rest()
      }
    },
    async *pieces(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
      wind()
      try {
        for await (const piece of answer as AsyncIterable<Buffer>) {
          // Whoever takes the pieces may wait for something else meanwhile, and a host is not to blame for that.
          rest()
          onBytes?.((bytes += piece.length))
          yield piece
          wind()
        }
      } catch (error) {
        either.throwIfAborted()
        throw new Cul8erError('UNREACHABLE', `the connection to host ${host} ended in the middle of ${what}`, {
          cause: error,
        })
      } finally {
        rest()
      }
    },
  }
}
