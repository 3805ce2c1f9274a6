import { expect, it } from 'vitest'
import { readToken } from '../../../../src/hosts/kinds/incus/token.js'
import { readFingerprint } from '../../../../src/hosts/kinds/incus/tls.js'

const FINGERPRINT = '0123456789abcdef'.repeat(4)
const encoded = (token: unknown): string => Buffer.from(JSON.stringify(token)).toString('base64')
const TOKEN = encoded({ client_name: 'c', fingerprint: FINGERPRINT, addresses: ['h:8443'], secret: 's3cret' })

it.each([TOKEN, `${TOKEN}\n`, `Client c certificate add token:\n${TOKEN}\n`])('reads what Incus prints', (text) =>
  expect(readToken(text)).toEqual({ text: TOKEN, fingerprint: FINGERPRINT }),
)

it.each([
  '',
  'no-token',
  encoded('text'),
  encoded({ fingerprint: 'abc', secret: 's3cret' }),
  encoded({ fingerprint: FINGERPRINT }),
])('refuses %j, without showing it', (text) => {
  const refused = () => readToken(text)
  expect(refused).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
  if (text !== '') expect(refused).not.toThrow(text)
})

it.each([
  [FINGERPRINT, FINGERPRINT],
  [FINGERPRINT.toUpperCase(), FINGERPRINT],
  [` SHA256:${FINGERPRINT.match(/../g)?.join(':')}\n`, FINGERPRINT],
  ['abc', null],
  [`${FINGERPRINT}0`, null],
])('fingerprint %j', (text, read) => expect(readFingerprint(text)).toBe(read))
