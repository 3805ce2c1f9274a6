import { dial } from '../../dial.js'
import type { HostExecutor } from '../../executor.js'
import { Cul8erError, isCode } from '../../../errors.js'
import type { Remote } from './remote.js'

/**
 * Connections to instances of another machine: straight from here, which works where a route leads to its bridge. Where none does, it says
 * so in a way that makes probes go inside instead.
 */
export function connector({ hostname }: Pick<Remote, 'hostname'>): HostExecutor['connect'] {
  /** performance.now() until which an address is not tried. */
  const unrouted = new Map<string, number>()

  return async (address, port, { signal, timeoutMs = MOST_MS } = {}) => {
    // Of the host itself: its public ports.
    if (LOOPBACK.test(address)) return dial(hostname, port, { timeoutMs, ...(signal === undefined ? {} : { signal }) })
    if ((unrouted.get(address) ?? 0) > performance.now()) throw noRoute(address)
    try {
      const connection = await dial(address, port, {
        timeoutMs: Math.min(timeoutMs / 2, MOST_MS),
        ...(signal === undefined ? {} : { signal }),
      })
      unrouted.delete(address)
      return connection
    } catch (error) {
      if (!isUnrouted(error)) throw error
      unrouted.set(address, performance.now() + AGAIN_MS)
      throw noRoute(address, error)
    }
  }
}

const LOOPBACK = /^(127\.|::1$|localhost$)/
/** ms for a connection: what is routed answers within a few round trips. */
const MOST_MS = 2_000
/** ms after which a route is looked for again. */
const AGAIN_MS = 60_000

/** Addresses that lead nowhere are mostly not refused: nobody answers. */
const isUnrouted = (error: unknown): error is Cul8erError =>
  isCode(error, 'TIMEOUT') ||
  (isCode(error, 'UNREACHABLE') && ['EHOSTUNREACH', 'ENETUNREACH'].includes(String(error.details?.errno)))

const noRoute = (address: string, cause?: unknown): Cul8erError =>
  new Cul8erError('UNREACHABLE', `no route from here to ${address}`, {
    details: { errno: 'EHOSTUNREACH', unrouted: true },
    cause,
  })
