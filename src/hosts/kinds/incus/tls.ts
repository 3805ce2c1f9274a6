import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { dial } from '../../dial.js'
import type { Identity } from './folder.js'
import type { Remote } from './remote.js'

/** ms for a connection; the Incus client waits as long. */
const CONNECT_MS = 10_000

/**
 * A TLS connection whose certificate nobody has looked at yet.
 * @throws Cul8erError UNREACHABLE, TIMEOUT, or the signal's reason; an Error when what answers does not speak TLS
 */
export async function secured(
  { hostname, port }: Remote,
  { identity, signal }: { identity?: Identity; signal?: AbortSignal } = {},
): Promise<TLSSocket> {
  const expired = AbortSignal.timeout(CONNECT_MS)
  const ended = signal === undefined ? expired : AbortSignal.any([signal, expired])
  const socket = await dial(hostname, port, { timeoutMs: CONNECT_MS, ...(signal === undefined ? {} : { signal }) })
  return new Promise((resolve, reject) => {
    const stream = connect({
      socket,
      // Servers of Incus sign their certificates themselves: whoever uses the connection compares the fingerprint.
      rejectUnauthorized: false,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      ...identity,
    })
    const onAbort = (): void => void stream.destroy(ended.reason as Error)
    ended.addEventListener('abort', onAbort, { once: true })
    stream.once('error', reject)
    stream.once('secureConnect', () => {
      ended.removeEventListener('abort', onAbort)
      stream.removeListener('error', reject)
      resolve(stream)
    })
  })
}

/** SHA-256 of the certificate, as Incus shows it: 64 lowercase hexadecimal digits. @param pem - or DER */
export const fingerprintOf = (pem: string | Uint8Array): string => readable(new X509Certificate(pem).fingerprint256)

/** The certificate that the other side of a connection showed, PEM. */
export function certificateOf(stream: TLSSocket): string {
  const certificate = stream.getPeerX509Certificate()
  if (certificate === undefined) throw new Error('the server showed no certificate')
  return certificate.toString()
}

/** A fingerprint as Incus shows it, of one in another usual form; null when it is none. */
export function readFingerprint(text: string): string | null {
  const found = readable(text.trim().replace(/^sha256:/i, ''))
  return /^[0-9a-f]{64}$/.test(found) ? found : null
}

const readable = (text: string): string => text.replaceAll(':', '').toLowerCase()
