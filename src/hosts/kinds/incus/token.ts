import * as z from 'zod'
import { Cul8erError } from '../../../errors.js'
import { readFingerprint } from './tls.js'

/** What `incus config trust add NAME` prints: a secret that lets one client be trusted, once. */
export interface TrustToken {
  /** As it is sent. */
  text: string
  /** Of the certificate of the server that made it. */
  fingerprint: string
}

/**
 * @param text - with or without the line that Incus prints above the token
 * @throws Cul8erError USAGE, which does not show it
 */
export function readToken(text: string): TrustToken {
  const last = text.trim().split('\n').at(-1)?.trim() ?? ''
  const found = token.safeParse(decoded(last))
  const fingerprint = found.success ? readFingerprint(found.data.fingerprint) : null
  if (fingerprint !== null) return { text: last, fingerprint }
  throw new Cul8erError('USAGE', 'the trust token is not one of Incus: expected what `incus config trust add` prints', {
    hint: 'make one on the host: incus config trust add cul8er --quiet > FILE',
  })
}

const token = z.object({ fingerprint: z.string(), secret: z.string().min(1) })

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    return null
  }
}
