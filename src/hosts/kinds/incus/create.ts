import { isCode } from '../../../errors.js'
import { overAttempts, type Attempt } from '../../attempts.js'
import { minimalEnvironment, runClient } from '../../client.js'
import type { HostExecutor } from '../../executor.js'
import { readByRest } from '../../read-by-rest.js'
import { readRest, type Answer, type ReadOptions } from '../../rest.js'
import { createApi, type Api } from './api.js'
import { connector } from './connect.js'
import { acceptedCertificate, ensureListed, readIdentity } from './folder.js'
import { notAdded, notTrustedThere, unreachable, type HostWords } from './refusals.js'
import { remoteOf, urlOf } from './remote.js'

export interface RemoteOptions {
  host: HostWords
  /** Configuration of the Incus client that cul8er has of its own. */
  folder: string
  /** The Incus client; default `incus` on PATH. */
  client?: string
}

/**
 * Runs Incus commands on an Incus that is reached over the network, by the Incus client of this machine. What they only read is asked over
 * HTTPS. Either way the server has to show the certificate that was accepted.
 */
export function createRemoteExecutor({ host, folder, client = 'incus' }: RemoteOptions): HostExecutor {
  const remote = remoteOf(host.address)
  const environment = {
    ...minimalEnvironment(),
    INCUS_CONF: folder,
    INCUS_REMOTE: remote.name,
    // The way to a host is no matter of a proxy that leads to image servers.
    NO_PROXY: [process.env.NO_PROXY, remote.hostname].filter(Boolean).join(','),
  }
  let opened: { certificate: string; api: Api } | null = null

  /** Opened again when another certificate has been accepted since. */
  async function open(): Promise<Api> {
    const [certificate, identity] = await Promise.all([acceptedCertificate(folder, remote), readIdentity(folder)])
    if (certificate === null || identity === null) throw notAdded(host)
    if (opened?.certificate === certificate) return opened.api
    await ensureListed(folder, remote)
    opened?.api.close()
    opened = { certificate, api: createApi({ host, identity, certificate }) }
    return opened.api
  }

  async function read(api: Api, path: string, options: ReadOptions): Promise<Answer | null> {
    try {
      const answer = await readRest((signal) => api.ask({ path, signal }), options)
      if (answer !== null && isRefusal(path, answer)) throw notTrustedThere(host)
      return answer
    } catch (error) {
      throw isCode(error, 'UNREACHABLE') ? unreachable(host, error) : error
    }
  }

  const attempt: Attempt = async (command, options) => {
    const api = await open()
    const answer = await readByRest((path, how) => read(api, path, how), command, options)
    if (answer !== null) return answer
    const result = await runClient(client, environment, command, options)
    // The client's words for it are many; a read tells what it is.
    if (result.exitCode !== 0 && MAY_BE_THE_WAY.test(result.stderr))
      await read(api, '/1.0', { ...LOOK, ...within(options) })
    return result
  }

  return {
    host: host.name,
    ...overAttempts(attempt),
    connect: connector(remote),
    way: async () => {
      const [certificate, identity] = await Promise.all([acceptedCertificate(folder, remote), readIdentity(folder)])
      if (certificate === null || identity === null) throw notAdded(host)
      return { kind: 'https', url: urlOf(remote), certificate, identity }
    },
    request: async (request) => {
      const api = await open()
      return api.send(request).catch((error: unknown) => {
        throw isCode(error, 'UNREACHABLE') ? unreachable(host, error) : error
      })
    },
    close: async () => opened?.api.close(),
  }
}

const LOOK = { verb: 'query', timeoutMs: 10_000, maxOutputBytes: 1024 * 1024 }

const within = ({ signal }: { signal?: AbortSignal }): { signal?: AbortSignal } =>
  signal === undefined ? {} : { signal }

const MAY_BE_THE_WAY = /failed to verify certificate|not authorized|dial tcp|Unable to connect to/

/** A server shows a client that it does not know no more than that it is one. */
const isRefusal = (path: string, { exitCode, stdout, stderr }: Answer): boolean =>
  exitCode === 0
    ? path === '/1.0' && (JSON.parse(stdout) as { auth?: string }).auth === 'untrusted'
    : stderr === 'Error: not authorized'
