import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { checkPair, type PairFiles } from '../../../src/certificates/check.js'
import { makeCertificate, openssl } from '../../support/certificates.js'

const DAY_MS = 86_400_000
const own = makeCertificate()
const other = makeCertificate({ names: ['*.example.com', 'example.org'] })
const named = makeCertificate({ names: [], common: 'only.example.com' })
const strange = makeCertificate({ names: [], common: 'a\u001b[31mb' })
const many = makeCertificate({ names: ['a.test', 'b.test', 'c.test', 'd.test', 'e.test', 'f.test', 'g.test'] })
const weak = makeCertificate({ newkey: ['rsa:1024'] })
const strong = makeCertificate({ newkey: ['rsa:2048'] })
const edwards = makeCertificate({ newkey: ['ed25519'] })
const classic = openssl(['rsa', '-traditional'], strong.key)
const encrypted = openssl(['pkey', '-aes256', '-passout', 'pass:x'], own.key)
const encryptedBefore = openssl(['rsa', '-aes256', '-traditional', '-passout', 'pass:x'], strong.key)
const der = execFileSync('openssl', ['x509', '-outform', 'der'], { input: own.cert })
const request = openssl(['req', '-new', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=x', '-keyout', '/dev/null'])
const parameters = openssl(['ecparam', '-name', 'prime256v1'])
const damaged = (pem: string): string => pem.replace(/\n[A-Za-z0-9+/]{40}/, '\n')

type Given = Partial<Omit<PairFiles, 'cert' | 'key'>> & { cert?: string | Buffer; key?: string | Buffer }
const check = ({ cert = own.cert, key = own.key, host = null, now = new Date() }: Given) =>
  checkPair({ cert: Buffer.from(cert), key: Buffer.from(key), host, now })
const later = (days: number): Date => new Date(Date.now() + days * DAY_MS)

const PEM_CERT = 'a certificate in PEM form (-----BEGIN CERTIFICATE-----)'
const PEM_KEY = 'a private key in PEM form (-----BEGIN PRIVATE KEY-----)'
const NOW = 'one that is valid now'
const NO_PASS = 'one without a passphrase (openssl pkey -in FILE -out NEW writes it)'

it.each<[what: string, given: Given, file: string, found: string | RegExp, allowed: string]>([
  ['an empty certificate', { cert: '\n' }, 'cert', 'an empty file', PEM_CERT],
  ['a string', { cert: 'hello' }, 'cert', 'not PEM', PEM_CERT],
  ['DER', { cert: der }, 'cert', /^what looks like DER/, PEM_CERT],
  ['a request', { cert: request }, 'cert', 'a PEM file of CERTIFICATE REQUEST', PEM_CERT],
  ['the key in place of the certificate', { cert: own.key }, 'cert', 'a PEM file of PRIVATE KEY', PEM_CERT],
  ['a damaged certificate', { cert: damaged(own.cert) }, 'cert', 'a damaged certificate (number 1)', PEM_CERT],
  ['a damaged chain', { cert: own.cert + damaged(other.cert) }, 'cert', 'a damaged certificate (number 2)', PEM_CERT],
  ['one that ended', { now: later(91) }, 'cert', /^a certificate that expired on \d{4}-\d\d-\d\d$/, NOW],
  ['one that begins later', { now: later(-1) }, 'cert', /^a certificate that is not valid before \d{4}-.*Z$/, NOW],
  [
    'another name',
    { host: 'shop.example.com' },
    'cert',
    'a certificate for app.example.com',
    "one that covers the entry's host shop.example.com",
  ],
  [
    'a wildcard a level too high',
    { ...other, host: 'a.b.example.com' },
    'cert',
    'a certificate for *.example.com, example.org',
    "one that covers the entry's host a.b.example.com",
  ],
  [
    'many names',
    { ...many, host: 'x.test' },
    'cert',
    'a certificate for a.test, b.test, c.test, d.test, e.test and 2 more',
    "one that covers the entry's host x.test",
  ],
  [
    'a name that steers a terminal',
    { ...strange, host: 'x.test' },
    'cert',
    /^a certificate for "[\x20-\x7e]+"$/,
    "one that covers the entry's host x.test",
  ],
  [
    'a chain upside down',
    { cert: other.cert + own.cert },
    'cert',
    'the certificate of the key at position 2',
    'it first, then the chain to its root',
  ],
  ['an empty key', { key: '' }, 'key', 'an empty file', PEM_KEY],
  ['the certificate in place of the key', { key: own.cert }, 'key', 'a PEM file of CERTIFICATE', PEM_KEY],
  ['two keys', { key: own.key + other.key }, 'key', '2 private keys', 'one'],
  ['an encrypted key', { key: encrypted }, 'key', 'an encrypted private key', NO_PASS],
  ['an encrypted key as it was written before', { key: encryptedBefore }, 'key', 'an encrypted private key', NO_PASS],
  ['a damaged key', { key: damaged(own.key) }, 'key', 'a damaged private key', PEM_KEY],
  [
    'a key of another certificate',
    { key: other.key },
    'key',
    'a key of another certificate',
    'the key of the certificate',
  ],
  ['a weak key', weak, 'key', 'an RSA key of 1024 bits', 'at least 2048 bits'],
  [
    'a key of a kind that no edge takes',
    { key: openssl(['genpkey', '-algorithm', 'x25519']) },
    'key',
    'a key of type x25519',
    'an RSA, EC, Ed25519 or Ed448 key',
  ],
])('refuses %s', (_what, given, file, found, allowed) => {
  const checked = check(given)
  const [flaw, ...more] = 'flaws' in checked ? checked.flaws : []
  expect(more).toEqual([])
  expect(flaw).toEqual({
    file,
    found: typeof found === 'string' ? found : (expect.stringMatching(found) as string),
    allowed,
  })
  expect(JSON.stringify(checked)).not.toContain(own.key.split('\n')[1])
})

it('names all that is wrong at once', () => {
  const checked = check({ host: 'x.test', now: later(91), key: other.key })
  expect('flaws' in checked && checked.flaws.map(({ file }) => file)).toEqual(['cert', 'cert', 'key'])
  const both = check({ cert: 'x', key: 'y' })
  expect('flaws' in both && both.flaws.map(({ file }) => file)).toEqual(['cert', 'key'])
})

it.each<[what: string, given: Given, chain: string, key: string]>([
  ['an EC key', {}, own.cert, own.key],
  ['its host', { host: 'APP.example.com' }, own.cert, own.key],
  ['a wildcard', { ...other, host: 'shop.example.com' }, other.cert, other.key],
  ['a common name alone', { ...named, host: 'only.example.com' }, named.cert, named.key],
  ['an RSA key', strong, strong.cert, strong.key],
  ['an RSA key of the older form', { ...strong, key: classic }, strong.cert, classic],
  ['an Ed25519 key', edwards, edwards.cert, edwards.key],
  ['parameters before an EC key', { key: parameters + own.key }, own.cert, own.key],
  [
    'a chain with text between',
    { cert: `subject: x\n${own.cert}\nissuer: y\n${other.cert}` },
    own.cert + other.cert,
    own.key,
  ],
  [
    'lines of Windows',
    { cert: own.cert.replaceAll('\n', '\r\n'), key: own.key.replaceAll('\n', '\r\n') },
    own.cert,
    own.key,
  ],
  ['a mark of Windows', { cert: `\uFEFF${own.cert}`, key: `\uFEFF${own.key}` }, own.cert, own.key],
  ['one file for both', { cert: own.key + own.cert, key: own.key + own.cert }, own.cert, own.key],
])('takes %s', (_what, given, chain, key) => {
  expect(check(given)).toMatchObject({ pair: { chain, key } })
})

it('tells the end', () => {
  const checked = check(other)
  const end = 'pair' in checked ? Date.parse(checked.pair.notAfter) : 0
  expect(Math.abs(end - later(90).getTime())).toBeLessThan(60_000)
})
