import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http'
import { Cul8erError } from '../../../errors.js'
import type { IncusRequest } from '../../executor.js'
import { send } from '../../send.js'
import type { Identity } from './folder.js'
import { certificateChanged, type HostWords } from './refusals.js'
import { remoteOf } from './remote.js'
import { certificateOf, fingerprintOf, secured } from './tls.js'

/** A request to the REST API. */
export interface ApiRequest {
  method?: 'GET' | 'POST'
  path: string
  /** Sent as JSON. */
  body?: unknown
  signal?: AbortSignal
}

/** The REST API of an Incus, over connections to the server with this certificate alone. */
export interface Api {
  /**
   * @throws Cul8erError HOST_KEY_CHANGED where another certificate is shown, before anything is sent; UNREACHABLE, TIMEOUT, or the signal's reason
   */
  ask(request: ApiRequest): Promise<IncomingMessage>
  /** As `ask`, with a file or an answer that is streamed. */
  send(request: IncusRequest): Promise<IncomingMessage>
  close(): void
}

export interface ApiOptions {
  host: HostWords
  identity: Identity
  /** That the server has to show, PEM. */
  certificate: string
}

/** Connections are kept: a new one takes a handshake, which is most of what a read costs. */
export function createApi({ host, identity, certificate }: ApiOptions): Api {
  const remote = remoteOf(host.address)
  const fingerprint = fingerprintOf(certificate)
  const pinned = async () => {
    const stream = await secured(remote, { identity })
    const found = fingerprintOf(certificateOf(stream))
    if (found === fingerprint) return stream
    stream.destroy()
    throw certificateChanged(host, found, fingerprint)
  }
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 2, timeout: KEPT_MS })
  agent.createConnection = (_, done) => {
    pinned().then(
      (stream) => done?.(null, stream),
      (error: Error) => done?.(error, undefined as never),
    )
    return undefined
  }

  const once = ({ method = 'GET', path, body, signal }: ApiRequest) =>
    answer((take) => {
      const asked = request({ agent, host: remote.hostname, port: remote.port, method, path, signal }, take)
      if (body !== undefined) asked.setHeader('content-type', 'application/json')
      asked.end(body === undefined ? undefined : JSON.stringify(body))
      return asked
    })

  return {
    async ask(asked) {
      try {
        return await once(asked)
      } catch (error) {
        // A server that was restarted leaves dead connections behind.
        if (error instanceof StaleConnection) return once(asked)
        throw error
      }
    },
    send: (request) => send(remote.hostname, { agent, host: remote.hostname, port: remote.port }, request),
    close: () => agent.destroy(),
  }
}

/** ms for which a connection is kept without use. */
const KEPT_MS = 30_000

/** The connection was used before, and ended before it answered. */
class StaleConnection extends Error {}

const answer = (start: (take: (response: IncomingMessage) => void) => ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = start(resolve)
    asked.once('error', (cause: NodeJS.ErrnoException) => {
      const stale = asked.reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')
      reject(stale ? new StaleConnection(cause.message, { cause }) : asFailure(cause))
    })
  })

function asFailure(cause: NodeJS.ErrnoException): Error {
  if (cause instanceof Cul8erError || cause.name === 'AbortError') return cause
  return new Cul8erError('UNREACHABLE', cause.message, { details: { errno: cause.code }, cause })
}
