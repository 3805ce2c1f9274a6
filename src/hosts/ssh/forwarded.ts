import { Agent } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { Cul8erError } from '../../errors.js'
import { durationWords } from '../../topology/units.js'
import { channelRefusal } from './channel-refusal.js'
import { ConnectionLost } from './sessions.js'

/** HTTP connections to a Unix socket of the host. */
export interface SocketAgent extends Agent {
  /** The server does not forward to sockets; there is no use in asking again over this connection. */
  readonly forbidden: boolean
}

// Where Incus listens unless it was told otherwise; where it does not, its client is asked.
export const INCUS_SOCKET = '/var/lib/incus/unix.socket'

/** HTTP to the host's Incus over a connection. */
export function socketAgent(client: Client): SocketAgent {
  class Forwarded extends Agent {
    forbidden = false
    override createConnection(_: unknown, done?: (error: Error | null, stream: Duplex) => void): undefined {
      const opened = (error: Error | undefined, channel: ClientChannel): void => {
        // ssh2 has its own refusal for servers that are not OpenSSH.
        if (error && /strictVendor/.test(error.message)) this.forbidden = true
        if (error && channelRefusal(error).is === 'forbidden') this.forbidden = true
        if (error) done?.(error, undefined as never)
        else done?.(null, asSocket(channel))
      }
      try {
        client.openssh_forwardOutStreamLocal(INCUS_SOCKET, opened)
      } catch (error) {
        process.nextTick(() => done?.(error as Error, undefined as never))
      }
    }
  }
  return new Forwarded({ keepAlive: true, maxFreeSockets: 2, maxSockets: 8 })
}

/**
 * A TCP connection from the host.
 * @throws Cul8erError UNREACHABLE as `dial` does, with `details.errno` where the host says why; TIMEOUT; the signal's reason; ConnectionLost
 */
export function dialFrom(
  host: string,
  client: Client,
  { address, port, timeoutMs, signal }: { address: string; port: number; timeoutMs: number; signal?: AbortSignal },
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    let over = false
    const finish = (): void => {
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: Error): void => {
      finish()
      reject(error)
    }
    const onAbort = (): void => fail(signal?.reason as Error)
    const timer = setTimeout(
      () => fail(new Cul8erError('TIMEOUT', `${address}:${port} did not answer within ${durationWords(timeoutMs)}`)),
      timeoutMs,
    )
    const answered = (error: Error | undefined, channel: ClientChannel): void => {
      if (over) return void channel?.destroy()
      finish()
      if (error) reject(refused(host, `${address}:${port}`, error))
      else resolve(asSocket(channel))
    }
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort)
    try {
      client.forwardOut('127.0.0.1', 0, address, port, answered)
    } catch (error) {
      fail(new ConnectionLost(String(error)))
    }
  })
}

function refused(host: string, where: string, error: Error): Error {
  const { is, errno, text } = channelRefusal(error)
  if (is === 'lost') return new ConnectionLost(error.message)
  if (is === 'forbidden') {
    return new Cul8erError(
      'UNREACHABLE',
      `host ${host} does not connect to ${where} for this login${text === '' ? '' : `: ${text}`}`,
      {
        hint: 'health checks over the network need AllowTcpForwarding yes (or local) in its sshd_config, and no permitopen for the key',
      },
    )
  }
  if (errno !== undefined) {
    return new Cul8erError('UNREACHABLE', `${WORDS[errno] ?? text} by ${where}`, { details: { errno } })
  }
  return new Cul8erError(
    'UNREACHABLE',
    `host ${host} could not connect to ${where}: ${text || 'its SSH server does not say why'}`,
    {
      hint: `try it there: \`nc -zv ${where.replace(/:(\d+)$/, ' $1')}\``,
    },
  )
}

const WORDS: Record<string, string> = { ECONNREFUSED: 'connection refused', ECONNRESET: 'connection reset' }

/** With what HTTP and TLS expect of a socket and a channel does not have. */
function asSocket(channel: ClientChannel): Duplex {
  const none = (): ClientChannel => channel
  return Object.assign(channel, { setKeepAlive: none, setNoDelay: none, setTimeout: none, ref: none, unref: none })
}
