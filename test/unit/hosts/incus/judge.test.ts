import { expect, it } from 'vitest'
import { judge, type Fingerprints } from '../../../../src/hosts/kinds/incus/judge.js'

const host = { name: 'store', address: 'https://store:8443' }
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)]
const named = (fingerprint: string): Fingerprints['expected'] => [{ fingerprint, by: '--fingerprint' }]
const token = (fingerprint: string): Fingerprints['expected'] => [{ fingerprint, by: 'the trust token' }]

it.each<[what: string, accepted: string | null, expected: Fingerprints['expected'], asks: boolean, verdict: string]>([
  ['unknown', null, [], true, 'new'],
  ['unknown, confirmed beforehand', null, [], false, 'new'],
  ['the accepted one', A, [], false, 'sure'],
  ['unknown and named', null, named(A), false, 'sure'],
  ['unknown, and the token has it', null, token(A), false, 'sure'],
  ['another, and somebody is asked', B, [], true, 'changed'],
  ['another, and nobody is asked', B, [], false, 'HOST_KEY_CHANGED'],
  ['another that was named', B, named(A), false, 'sure'],
  ['not the one that was named', null, named(B), true, 'HOST_NOT_TRUSTED'],
  ['the accepted one, and another was named', A, named(B), true, 'HOST_NOT_TRUSTED'],
  ['named, and the token has another', null, [...named(A), ...token(B)], true, 'HOST_NOT_TRUSTED'],
])('a certificate that is %s', (_, accepted, expected, asks, verdict) => {
  const judged = () => judge(host, { found: A, accepted, expected }, { asks })
  if (verdict.startsWith('HOST_')) expect(judged).toThrow(expect.objectContaining({ code: verdict }) as Error)
  else expect(judged()).toBe(verdict)
})
