import { request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import type { HostExecutor } from '../hosts/executor.js'
import type { Probe } from '../topology/model.js'
import { connectionOutcome } from './connection-errors.js'
import type { Finding, ProbeOptions } from './probe.js'

type HttpProbe = Extract<Probe, { kind: 'http' }>

/** GET over a connection from the host. A certificate is not verified: it is made for the public name and not for the address. */
export async function probeHttp(
  probe: HttpProbe,
  address: string,
  executor: HostExecutor,
  options: ProbeOptions,
): Promise<Finding> {
  return withConnection(probe.port, address, executor, options, async (connection, signal) => {
    const stream = probe.scheme === 'https' ? await secured(connection, signal) : connection
    return httpFinding(await statusOf(probe, stream, signal), probe.expectedStatus)
  })
}

/** A connection that opens is all that is asked. */
export const probeTcp = (
  port: number,
  address: string,
  executor: HostExecutor,
  options: ProbeOptions,
): Promise<Finding> =>
  withConnection(port, address, executor, options, () => Promise.resolve({ outcome: 'ok', message: 'connected' }))

/** Any 2xx will do unless a status is expected. */
export function httpFinding(status: number, expected: number | null): Finding {
  const ok = expected === null ? status >= 200 && status < 300 : status === expected
  const message = `HTTP ${status}`
  if (ok) return { outcome: 'ok', message }
  return { outcome: 'failure', message: expected === null ? message : `${message}, expected ${expected}` }
}

async function withConnection(
  port: number,
  address: string,
  executor: HostExecutor,
  { timeoutMs, signal }: ProbeOptions,
  ask: (connection: Duplex, signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  let connection: Duplex | undefined
  try {
    connection = await executor.connect(address, port, { signal: either, timeoutMs })
    return await ask(connection, either)
  } catch (error) {
    if (timeout.aborted) return { outcome: 'failure', message: `no answer within ${timeoutMs} ms` }
    return connectionOutcome(error)
  } finally {
    // What a peer does to a connection that is being dropped is of no interest.
    connection?.on('error', () => {}).destroy()
  }
}

function secured(socket: Duplex, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stream = tlsConnect({ socket, rejectUnauthorized: false, servername: 'localhost' })
    signal.addEventListener('abort', () => stream.destroy(signal.reason as Error), { once: true })
    stream.once('error', reject)
    stream.once('secureConnect', () => resolve(stream))
  })
}

function statusOf({ scheme, port, path }: HttpProbe, connection: Duplex, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      createConnection: () => connection,
      path,
      // localhost is how the topology names the instance itself.
      headers: {
        host: `localhost:${port}`,
        'user-agent': 'cul8er-health',
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
