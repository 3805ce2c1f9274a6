import { notTold, WITHIN_MS, type Teller } from '../teller.js'
import { isWebhook, WEBHOOK_WORDS, type Webhook } from './declared.js'
import { durationWords } from '../../topology/units.js'

/** A POST with the event as JSON. Any 2xx is a success, and a redirect is none: it may lead anywhere. */
export const tellByWebhook: Teller<Webhook> = async ({ url: declared }, { event, key, secret, signal }) => {
  const url = ('value' in declared ? declared.value : secret)?.trim() ?? ''
  if (!isWebhook(url)) throw notTold(`its URL is not ${WEBHOOK_WORDS}`)
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, 'user-agent': 'cul8er' },
    body: JSON.stringify(event),
    signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    // What fetch says may quote the URL, which may be a secret.
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    throw notTold(isLate ? `no answer within ${durationWords(WITHIN_MS)}` : `cannot be reached${codeOf(error)}`)
  })
  await response.body?.cancel()
  if (!response.ok) throw notTold(`answered HTTP ${response.status}`)
}

/** `ECONNREFUSED`, `ENOTFOUND`: a word that Node has for it, which names nothing. */
function codeOf(error: unknown): string {
  const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code) ? ` (${code})` : ''
}
