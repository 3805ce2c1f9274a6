import { readFile } from 'node:fs/promises'
import type { Client, ClientChannel, ConnectConfig } from 'ssh2'
import writeFileAtomic from 'write-file-atomic'
import { connectError, type ConnectFailure } from './connect-error.js'
import { passphraseOf, sshRoute, type SshHost, type SshSettings } from './executor.js'
import { fingerprint } from './fingerprint.js'
import { shownHop, type Hop } from './hop.js'
import { hostKeyAlgorithms, hostKeyError, knownKeys } from './host-keys.js'
import { knownAs, typeOfKey, type KnownKey } from './known-hosts.js'
import { CONNECT_MS, logIn, wayOn } from './open.js'

/** The host key of a machine on the way to a host. */
export interface ShownKey {
  /** The login, as people write it. */
  machine: string
  keyType: string
  fingerprint: string
  /** It was before. */
  known: boolean
}

/**
 * Looks at the host keys of a host and of the machines on the way to it, in this order, and writes those that are accepted into cul8er's own
 * file. `accept` gets the key, and those of the machines before it. The first that is not accepted ends it: there is no way past that machine.
 * @throws Cul8erError HOST_KEY_CHANGED for another key than the known one, which is never accepted; what opening the way throws
 */
export async function trustHost(
  host: SshHost,
  settings: SshSettings,
  accept: (shown: ShownKey, before: readonly ShownKey[]) => Promise<boolean> | boolean,
): Promise<(ShownKey & { trusted: boolean })[]> {
  const route = await sshRoute(host, settings)
  const seen: (ShownKey & { trusted: boolean })[] = []
  let client: Client | null = null
  let from: Hop | null = null
  try {
    for (const hop of route) {
      const way = async () =>
        client === null || from === null ? null : { from, sock: await wayOn(client, from, hop, host.name) }
      const keys = await knownKeys(hop, settings.knownHosts)
      const key = await keyOf(host.name, hop, keys, await way())
      const wrong = hostKeyError(host.name, hop, key, keys)
      if (wrong?.code === 'HOST_KEY_CHANGED') throw wrong
      const type = typeOfKey(key.toString('base64'))
      const shown = { machine: shownHop(hop), keyType: type, fingerprint: fingerprint(key), known: wrong === null }
      const trusted = shown.known || (await accept(shown, seen))
      seen.push({ ...shown, trusted })
      if (!trusted) return seen
      if (!shown.known) await remember(settings.knownHosts, `${knownAs(hop)} ${type} ${key.toString('base64')}`)
      if (hop === route.at(-1)) return seen
      const opened = await logIn(hop, await way(), {
        host: host.name,
        ownKnownHosts: settings.knownHosts,
        passphrase: passphraseOf(host, settings),
      })
      const before = client
      if (before !== null) opened.once('close', () => before.end())
      client = opened
      from = hop
    }
    return seen
  } finally {
    client?.end()
  }
}

/** The key that a machine shows; of several the one that is known, and nobody logs in. */
async function keyOf(
  host: string,
  hop: Hop,
  keys: readonly KnownKey[],
  way: { from: Hop; sock: ClientChannel } | null,
): Promise<Buffer> {
  const { default: ssh2 } = await import('ssh2')
  const client = new ssh2.Client()
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const config: ConnectConfig = {
        ...(way === null ? { host: hop.address, port: hop.port } : { sock: way.sock }),
        username: hop.user,
        readyTimeout: CONNECT_MS,
        algorithms: { serverHostKey: hostKeyAlgorithms(keys) },
        hostVerifier: (key: Buffer) => {
          resolve(Buffer.from(key))
          return false
        },
      }
      client.on('error', reject).once('close', () => reject(new Error('it ended the connection')))
      client.connect(config)
    })
  } catch (error) {
    const from = way?.from ?? null
    throw connectError(error as ConnectFailure, { host, hop, from, tried: [], unused: [], methods: null })
  } finally {
    client.on('error', () => {}).destroy()
    way?.sock.destroy()
  }
}

async function remember(file: string, line: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const ended = before === '' || before.endsWith('\n') ? before : `${before}\n`
  await writeFileAtomic(file, `${ended}${line}\n`, { mode: 0o600 })
}
