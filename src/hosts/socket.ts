import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http'
import { Cul8erError } from '../errors.js'
import type { RestRequest } from './launch-requests.js'
import { readRest, type Answer, type ReadOptions } from './rest.js'

/** Incus's socket, by the client's own rule; `env` is what the client would get. */
export const socketOf = ({ INCUS_SOCKET, INCUS_DIR }: Record<string, string>): string =>
  INCUS_SOCKET ?? `${INCUS_DIR ?? '/var/lib/incus'}/unix.socket`

// A read takes 3 ms this way and 20 ms with a process, which keeps a worker from everything else while it is forked.
const agent = new Agent({ keepAlive: true, maxFreeSockets: 2, timeout: 5_000 })

/** How Incus's socket is reached: at a path of this machine, or by an agent that makes the connections. */
export type SocketWay = { socketPath: string } | { agent: Agent }

/**
 * Reads a path of the REST API over Incus's socket. null: nobody answers there, or not as expected; the client knows why, and says it
 * in its own words.
 * @throws Cul8erError TIMEOUT, OUTPUT_LIMIT, or the signal's reason
 */
export const readOverSocket = (way: SocketWay, path: string, options: ReadOptions): Promise<Answer | null> =>
  overSocket((signal) => answered({ agent, ...way, path, signal }), options)

/**
 * Sends to a path of the REST API over Incus's socket: what was begun, as Incus describes the operation. null and errors as for a read;
 * after null Incus may have begun it all the same.
 */
export const sendOverSocket = (
  way: SocketWay,
  { body, ...request }: RestRequest,
  options: ReadOptions,
): Promise<Answer | null> =>
  // Not over a kept connection, which Incus may be closing just then.
  overSocket((signal) => answered({ agent: false, ...way, ...request, signal }, JSON.stringify(body)), options)

async function overSocket(
  ask: (signal: AbortSignal) => Promise<IncomingMessage>,
  options: ReadOptions,
): Promise<Answer | null> {
  try {
    return await readRest(ask, options)
  } catch (error) {
    options.signal?.throwIfAborted()
    if (error instanceof Cul8erError) throw error
    return null
  }
}

const answered = (options: RequestOptions, body?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(options, resolve).once('error', reject).end(body)
  })
