import { request as httpRequest } from 'node:http'
import { connect as http2Connect } from 'node:http2'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import type { ProbeOptions } from './model.js'
import type { Http2Answer, Network } from './probes/kind.js'

/** The way from a host to an instance's address. The signal ends what is still under way. */
export function networkOf(
  address: string,
  executor: HostExecutor,
  { timeoutMs, signal }: ProbeOptions & { signal: AbortSignal },
): Network {
  const connected = async <Answer>(port: number, ask: (connection: Duplex) => Promise<Answer>): Promise<Answer> => {
    const connection = await executor.connect(address, port, { signal, timeoutMs })
    try {
      return await ask(connection)
    } finally {
      // What a peer does to a connection that is being dropped is of no interest.
      connection.on('error', () => {}).destroy()
    }
  }
  return {
    connect: (port) => connected(port, async () => {}),
    get: (request) =>
      connected(request.port, async (connection) =>
        statusOf(request, request.scheme === 'https' ? await secured(connection, signal) : connection, signal),
      ),
    post2: (request) =>
      connected(request.port, async (connection) =>
        answerOf(request, request.tls ? await secured(connection, signal, ['h2']) : connection, signal),
      ),
  }
}

function secured(socket: Duplex, signal: AbortSignal, ALPNProtocols?: string[]): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stream = tlsConnect({
      socket,
      rejectUnauthorized: false,
      servername: 'localhost',
      ...(ALPNProtocols === undefined ? {} : { ALPNProtocols }),
    })
    signal.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true })
    stream.once('error', reject)
    stream.once('secureConnect', () => resolve(stream))
  })
}

function statusOf(
  { scheme, port, path }: Parameters<Network['get']>[0],
  connection: Duplex,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      createConnection: () => connection,
      path,
      // localhost is how the topology names the instance itself.
      headers: {
        host: `localhost:${port}`,
        'user-agent': USER_AGENT,
        'x-forwarded-proto': scheme,
        connection: 'close',
      },
      signal,
    })
    asked.once('error', reject)
    asked.once('response', (response) => {
      response.on('error', () => {}).resume()
      resolve(response.statusCode ?? 0)
    })
    asked.end()
  })
}

/** An answer is a message of a few bytes. */
const MOST_BYTES = 64 * 1024

function answerOf(
  { tls, port, path, headers, body }: Parameters<Network['post2']>[0],
  connection: Duplex,
  signal: AbortSignal,
): Promise<Http2Answer> {
  return new Promise<Http2Answer>((resolve, reject) => {
    const session = http2Connect(`${tls ? 'https' : 'http'}://localhost:${port}`, {
      createConnection: () => connection,
    })
    const chunks: Uint8Array[] = []
    let size = 0
    let answered: Http2Answer = { status: 0, headers: {}, body: new Uint8Array() }
    const fail = (error: Error): void => {
      session.destroy()
      reject(error)
    }
    const add = (found: object): void => {
      const texts = Object.entries(found).map(([name, value]) => [name, String(value)] as const)
      answered = { ...answered, headers: { ...answered.headers, ...Object.fromEntries(texts) } }
    }
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
    // A peer that speaks something else is told apart by the connection's end.
    session.on('error', fail).on('close', () => fail(closed()))
    const asked = session.request({ ':method': 'POST', ':path': path, 'user-agent': USER_AGENT, ...headers })
    asked.on('error', fail)
    asked.on('response', (found) => {
      answered = { ...answered, status: found[':status'] ?? 0 }
      add(found)
    })
    asked.on('trailers', add)
    asked.on('data', (chunk: Uint8Array) => {
      size += chunk.length
      if (size > MOST_BYTES) fail(new Cul8erError('UNREACHABLE', 'a response that does not end'))
      else chunks.push(chunk)
    })
    asked.on('close', () => {
      if (answered.status === 0) return fail(closed())
      resolve({ ...answered, body: Buffer.concat(chunks) })
      session.destroy()
    })
    asked.end(body)
  })
}

const closed = (): Error => Object.assign(new Error('connection closed before a response'), { code: 'ECONNRESET' })

const USER_AGENT = 'cul8er-health'
