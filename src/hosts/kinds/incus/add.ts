import { hostname, userInfo } from 'node:os'
import { createApi, type Api } from './api.js'
import { Cul8erError, isCode } from '../../../errors.js'
import { readRest, type Answer } from '../../rest.js'
import { accept, acceptedCertificate, ensureIdentity } from './folder.js'
import { notTrustedThere, unreachable, type HostWords } from './refusals.js'
import { remoteOf } from './remote.js'
import { certificateOf, fingerprintOf, secured } from './tls.js'
import type { TrustToken } from './token.js'

/** What a server shows to anyone. */
export interface SeenServer {
  /** PEM. */
  certificate: string
  fingerprint: string
  /** Of the certificate that was accepted earlier; null: none was. */
  accepted: string | null
}

/** @throws Cul8erError UNREACHABLE, TIMEOUT */
export async function lookAtServer(host: HostWords, folder: string): Promise<SeenServer> {
  const remote = remoteOf(host.address)
  const certificate = await shown(host)
  const accepted = await acceptedCertificate(folder, remote)
  return {
    certificate,
    fingerprint: fingerprintOf(certificate),
    accepted: accepted === null ? null : fingerprintOf(accepted),
  }
}

async function shown(host: HostWords): Promise<string> {
  try {
    const stream = await secured(remoteOf(host.address))
    const certificate = certificateOf(stream)
    stream.destroy()
    return certificate
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const cause =
      error instanceof Cul8erError
        ? error
        : new Cul8erError('UNREACHABLE', `what answers does not speak TLS (${code ?? String(error)})`, { cause: error })
    throw unreachable(host, cause)
  }
}

/**
 * Accepts a server by its certificate and, with a token, has it trust this client. Twice is harmless.
 * @throws Cul8erError PERMISSION when it does not trust this client afterwards, INCUS for a token that it does not take
 */
export async function addServer(
  host: HostWords,
  { folder, certificate, token }: { folder: string; certificate: string; token: TrustToken | null },
): Promise<void> {
  const remote = remoteOf(host.address)
  const identity = await ensureIdentity(folder)
  await accept(folder, remote, certificate)
  const api = createApi({ host, identity, certificate })
  try {
    if (await isTrusted(api)) return
    if (token === null) throw notTrustedThere(host)
    await register(api, token)
    if (!(await isTrusted(api))) throw notTrustedThere(host)
  } catch (error) {
    throw isCode(error, 'UNREACHABLE') ? unreachable(host, error) : error
  } finally {
    api.close()
  }
}

async function isTrusted(api: Api): Promise<boolean> {
  const answer = await readRest((signal) => api.ask({ path: '/1.0', signal }), LIMITS)
  return answer?.exitCode === 0 && (JSON.parse(answer.stdout) as { auth?: string }).auth === 'trusted'
}

async function register(api: Api, { text }: TrustToken): Promise<void> {
  const body = { type: 'client', name: `cul8er ${userInfo().username}@${hostname()}`, trust_token: text }
  const ask = (signal: AbortSignal) => api.ask({ method: 'POST', path: '/1.0/certificates', body, signal })
  const answer = await readRest(ask, LIMITS)
  if (answer === null || answer.exitCode !== 0) throw tokenRefused(answer)
}

const tokenRefused = (answer: Answer | null): Cul8erError => {
  const said = answer?.stderr.replace(/^Error: /, '') ?? 'no answer of Incus'
  return new Cul8erError('PERMISSION', `the host did not accept the trust token: ${said}`, {
    hint: 'a token works once, and until it expires: make another one with `incus config trust add cul8er` on the host',
  })
}

const LIMITS = { verb: 'query', timeoutMs: 20_000, maxOutputBytes: 1024 * 1024 }
