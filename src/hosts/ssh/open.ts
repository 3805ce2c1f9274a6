import type { Client, ClientChannel, ConnectConfig } from 'ssh2'
import type { Cul8erError } from '../../errors.js'
import { channelRefusal } from './channel-refusal.js'
import { connectError, type ConnectFailure } from './connect-error.js'
import { hostKeyAlgorithms, hostKeyError, knownKeys } from './host-keys.js'
import type { Hop } from './hop.js'
import { loginFor } from './login.js'

/** ms for one machine, from the first packet to the end of the login. */
export const CONNECT_MS = 10_000
// A machine that is gone is noticed after 15 s, also where nothing is asked of it.
const KEEPALIVE_MS = 5_000
const KEEPALIVES = 3

export interface OpenOptions {
  /** The host of the topology. */
  host: string
  /** cul8er's own file of known host keys. */
  ownKnownHosts: string
  passphrase: () => Promise<string | null>
}

/**
 * Logs in to a host, over those before it. Nothing but `end` of the client ends it; it ends those before it.
 * @throws Cul8erError UNREACHABLE, PERMISSION, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED
 */
export async function openRoute(route: readonly Hop[], options: OpenOptions): Promise<Client> {
  let client: Client | null = null
  let from: Hop | null = null
  for (const hop of route) {
    const last = hop === route.at(-1)
    try {
      const way = client === null || from === null ? null : { from, sock: await wayOn(client, from, hop, options.host) }
      const next = await logIn(hop, way, last ? options : { ...options, passphrase: async () => null })
      const before = client
      if (before !== null) next.once('close', () => before.end())
      client = next
      from = hop
    } catch (error) {
      client?.end()
      throw error
    }
  }
  if (client === null) throw new Error('a route without a machine')
  return client
}

/** A way from a machine that is logged in to on to the next. */
export function wayOn(client: Client, from: Hop, hop: Hop, host: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const context = { host, hop, from, tried: [], unused: [], methods: null }
    const fail = (failure: ConnectFailure): void => reject(connectError(failure, context))
    const timer = setTimeout(() => fail({ message: 'timed out', level: 'client-timeout' }), CONNECT_MS)
    client.forwardOut('127.0.0.1', 0, hop.address, hop.port, (error, channel) => {
      clearTimeout(timer)
      if (!error) return resolve(channel)
      const { is, errno, text } = channelRefusal(error)
      fail({
        code: errno,
        message:
          is === 'forbidden'
            ? `${from.name} does not let itself be jumped over (AllowTcpForwarding of its sshd)`
            : text || `${from.name} could not connect, and does not say why`,
      })
    })
  })
}

/**
 * Logs in to one machine, directly or over the one before it.
 * @throws as openRoute does
 */
export async function logIn(
  hop: Hop,
  way: { from: Hop; sock: ClientChannel } | null,
  { host, ownKnownHosts, passphrase }: OpenOptions,
): Promise<Client> {
  const [{ default: ssh2 }, keys, login] = await Promise.all([
    import('ssh2'),
    knownKeys(hop, ownKnownHosts),
    loginFor(hop, { host, passphrase }),
  ])
  const client = new ssh2.Client()
  const left = [...login.tries]
  const tried: string[] = []
  let methods: readonly string[] | null = null
  let refused: Cul8erError | null = null
  const config: ConnectConfig = {
    ...(way === null ? { host: hop.address, port: hop.port } : { sock: way.sock }),
    username: hop.user,
    readyTimeout: CONNECT_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVES,
    algorithms: { serverHostKey: hostKeyAlgorithms(keys) },
    hostVerifier: (key: Buffer) => (refused = hostKeyError(host, hop, key, keys)) === null,
    authHandler: (takes, _, next) => {
      // The first call is before the server said anything.
      methods = takes ?? methods
      const one = left.shift()
      if (one === undefined) return next(false as never)
      tried.push(one.shown)
      next(one.method)
    },
  }
  try {
    await new Promise<void>((resolve, reject) => {
      client
        .once('ready', resolve)
        .on('error', reject)
        .once('close', () => reject(new Error('it ended the connection')))
      client.connect(config)
    })
    // From here on an error is told by the end of the connection.
    return client.removeAllListeners('error').on('error', () => {})
  } catch (error) {
    client.on('error', () => {}).destroy()
    way?.sock.destroy()
    const from = way?.from ?? null
    throw refused ?? connectError(error as ConnectFailure, { host, hop, from, tried, unused: login.unused, methods })
  }
}
