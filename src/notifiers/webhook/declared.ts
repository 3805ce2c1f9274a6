import * as z from 'zod'
import { secretSource, type SecretRef } from '../../secrets/sources/sources.js'
import { normalisedSecret, secretValue, SECRET_WORDS } from '../../topology/schema/secret.js'
import { section } from '../../topology/schema/words.js'
import type { Notifier } from '../notifier.js'

export interface Webhook {
  kind: 'webhook'
  url: { value: string } | { secret: SecretRef }
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Longer than any URL of a service. */
const LONGEST = 4_096

/**
 * Whether a notice may go there: it tells of errors, so it is encrypted unless it stays on the machine. A user and a password in front of
 * the host are no part of it: `fetch` sends nothing to such a URL.
 */
export function isWebhook(url: string): boolean {
  if (url.length > LONGEST || !URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  if (username + password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))
}

/** What a URL must be, in words. */
export const WEBHOOK_WORDS =
  "an https URL without user and password, or an http URL on this machine ('http://localhost:PORT/')"

const url = () => z.string({ error: WEBHOOK_WORDS }).refine(isWebhook, { error: WEBHOOK_WORDS })

/** An HTTP endpoint; docs/notifications.md has what is sent. */
export const webhook = {
  kind: 'webhook',
  summary: 'A URL that gets the event as JSON by POST; a URL with a token in it is a secret',
  written: {
    value: z.union([url(), secretValue], { error: `${WEBHOOK_WORDS}, or ${SECRET_WORDS}` }),
    read: (value) => ({ kind: 'webhook', url: urlOf(value as string | z.output<typeof secretValue>) }),
  },
  normalised: section({
    kind: z.literal('webhook'),
    url: z.union([section({ value: url() }), section({ secret: normalisedSecret })]),
  }),
  named: ({ url }) =>
    'value' in url ? `webhook ${shownUrl(url.value)}` : `webhook of the secret ${url.secret.key} (${url.secret.from})`,
  runs: ({ url }) =>
    'value' in url
      ? `the worker sends how operations end to ${shownUrl(url.value)}`
      : `the worker sends how operations end to the URL in a secret: ${secretSource(url.secret.from).runs(JSON.stringify(url.secret.key))}`,
  secret: ({ url }) => ('secret' in url ? url.secret : null),
} satisfies Notifier<Webhook>

const urlOf = (written: string | z.output<typeof secretValue>): Webhook['url'] =>
  typeof written === 'string'
    ? { value: written }
    : { secret: { from: written.secret.from, key: written.secret.key ?? null } }

/** Scheme and host: what follows may be a token. */
const shownUrl = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'an unreadable URL')
