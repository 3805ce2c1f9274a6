import { homedir, userInfo } from 'node:os'
import type { Client } from 'ssh2'
import { Cul8erError } from '../../errors.js'
import { resolveSecret } from '../../secrets/resolve.js'
import type { SecretRef } from '../../topology/model.js'
import { overAttempts } from '../attempts.js'
import type { HostExecutor } from '../executor.js'
import { readByRest } from '../read-by-rest.js'
import { send } from '../send.js'
import { readOverSocket } from '../socket.js'
import { clearer } from './clearer.js'
import { configParts } from './config-files.js'
import { configOf } from './config.js'
import { dialFrom } from './forwarded.js'
import type { Hop } from './hop.js'
import { KeptConnection } from './kept.js'
import { openRoute } from './open.js'
import { routeTo } from './route.js'
import { LocalSocket } from './local-socket.js'
import { runOver } from './run.js'

/** A host as the topology has it. */
export interface SshHost {
  name: string
  /** `[user@]host[:port]` */
  address: string
  /** Path of a private key; null: as OpenSSH's configuration says. */
  key: string | null
  passphrase: SecretRef | null
}

export interface SshSettings {
  /** cul8er's own file of known host keys. */
  knownHosts: string
  env: NodeJS.ProcessEnv
  /** Of the user whose keys and configuration count; default this one's. */
  home?: string
  /** The machine's own configuration; default `/etc/ssh/ssh_config`. */
  systemConfig?: string
}

/** The machines to log in to for a host, by OpenSSH's configuration as it is now. */
export async function sshRoute(
  { address, key }: SshHost,
  { env, home = homedir(), systemConfig }: SshSettings,
): Promise<Hop[]> {
  const configFor = await configOf(await configParts(home, systemConfig))
  return routeTo(address, { key, configFor, home, env, user: userInfo().username })
}

/**
 * Logs in to a host.
 * @throws as openRoute and routeTo do
 */
export async function openSsh(host: SshHost, settings: SshSettings): Promise<Client> {
  return openRoute(await sshRoute(host, settings), {
    host: host.name,
    ownKnownHosts: settings.knownHosts,
    passphrase: passphraseOf(host, settings),
  })
}

/** The passphrase of the key that the topology names, resolved when it is needed. */
export const passphraseOf =
  ({ passphrase }: Pick<SshHost, 'passphrase'>, { env }: Pick<SshSettings, 'env'>) =>
  async (): Promise<string | null> =>
    passphrase === null ? null : resolveSecret(passphrase, PASSPHRASE, { env })

/** What errors call it. */
const PASSPHRASE = 'credentials.ssh.passphrase'

/** Runs Incus commands on another machine, over one connection that is kept. What they only read is asked over its Incus's socket. */
export function createSshExecutor(host: SshHost, settings: SshSettings): HostExecutor {
  const kept = new KeptConnection(host.name, () => openSsh(host, settings))
  const socket = new LocalSocket(host.name, () => openSsh(host, settings))
  const { name } = host

  const { run, tryRun } = overAttempts(async (command, options) => {
    const { incus, incusAhead } = await kept.get(options.signal)
    const agent = options.ahead === true ? incusAhead : incus
    const answer = agent.forbidden
      ? null
      : await readByRest((path, how) => readOverSocket({ agent }, path, how), command, options)
    return answer ?? runOver(name, kept, command, options)
  })
  return {
    host: name,
    run: (command, options) => run(command, options).catch(clearer(host)),
    tryRun: (command, options) => tryRun(command, options).catch(clearer(host)),
    connect: (address, port, { signal, timeoutMs = CONNECT_MS } = {}) =>
      kept.over(
        ({ client }) =>
          dialFrom(name, client, { address, port, timeoutMs, ...(signal === undefined ? {} : { signal }) }),
        signal,
      ),
    way: async (signal) => {
      // Its own words for what cannot be reached; a socket that leads nowhere has none.
      await kept.get(signal).catch(clearer(host))
      return { kind: 'socket', path: await socket.path() }
    },
    request: async (request) => {
      const { incus } = await kept.get(request.signal)
      return send(name, { agent: incus }, request).catch((error: unknown) => {
        throw incus.forbidden ? noSockets(name) : error
      })
    },
    close: async () => {
      await Promise.all([kept.close(), socket.close()])
    },
  }
}

const CONNECT_MS = 10_000

const noSockets = (host: string): Cul8erError =>
  new Cul8erError('PERMISSION', `the SSH server of host ${host} does not forward to the socket of Incus`, {
    hint: 'allow it in its sshd_config: AllowStreamLocalForwarding yes',
    details: { host },
  })
