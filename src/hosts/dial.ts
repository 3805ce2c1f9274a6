import { connect, type Socket } from 'node:net'
import { Cul8erError } from '../errors.js'
import { durationWords } from '../topology/units.js'

const DEFAULT_TIMEOUT_MS = 10_000

/**
 * A TCP connection from this machine.
 * @throws Cul8erError UNREACHABLE with `details.errno` (`ECONNREFUSED`, `EHOSTUNREACH`, …), TIMEOUT, or the signal's reason
 */
export function dial(
  address: string,
  port: number,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: { signal?: AbortSignal; timeoutMs?: number } = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const socket = connect({ host: address, port })
    const fail = (error: Error): void => {
      finish()
      socket.destroy()
      reject(error)
    }
    const onAbort = (): void => fail(signal?.reason as Error)
    const onError = (cause: NodeJS.ErrnoException): void => fail(refused(address, port, cause))
    const timer = setTimeout(
      () => fail(new Cul8erError('TIMEOUT', `${address}:${port} did not answer within ${durationWords(timeoutMs)}`)),
      timeoutMs,
    )
    const finish = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      socket.removeListener('error', onError)
    }
    signal?.addEventListener('abort', onAbort)
    socket.once('error', onError)
    socket.once('connect', () => {
      finish()
      resolve(socket)
    })
  })
}

const refused = (address: string, port: number, cause: NodeJS.ErrnoException): Cul8erError =>
  new Cul8erError('UNREACHABLE', `${WORDS[cause.code ?? ''] ?? cause.message} by ${address}:${port}`, {
    details: { errno: cause.code },
    cause,
  })

const WORDS: Record<string, string> = { ECONNREFUSED: 'connection refused', ECONNRESET: 'connection reset' }
