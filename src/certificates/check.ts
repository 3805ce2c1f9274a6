import { someOf } from '../some-of.js'
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { isCertificate, isEncrypted, isPrivateKey, pemBlocks, type PemBlock } from './pem.js'

/** What is wrong with one of the two files: what it holds, and what it should hold. */
export interface Flaw {
  file: 'cert' | 'key'
  found: string
  allowed: string
}

/** A certificate with its key that an edge can serve. */
export interface Pair {
  /** The certificate, then those that lead to its root: PEM. */
  chain: string
  /** PEM, without a passphrase. */
  key: string
  /** When it ends, ISO time. */
  notAfter: string
}

export interface PairFiles {
  cert: Buffer
  key: Buffer
  /** The host name that it must cover; null: any. */
  host: string | null
  now: Date
}

/** Shorter RSA keys are refused by the OpenSSL of current distributions, HAProxy's among them. */
const LEAST_RSA_BITS = 2048

/** What HAProxy takes. */
const KINDS = ['rsa', 'rsa-pss', 'ec', 'ed25519', 'ed448']

/** The contents of a certificate's two files as an edge gets them, or all that is wrong with them. */
export function checkPair({ cert, key, host, now }: PairFiles): { pair: Pair } | { flaws: Flaw[] } {
  const chain = chainOf(cert)
  const own = keyOf(key)
  if ('found' in chain || 'found' in own) {
    return { flaws: [chain, own].filter((each) => 'found' in each) }
  }
  const [leaf] = chain.certificates
  const flaws = [...unusable(leaf, { host, now }), ...unfit(chain.certificates, own.key)]
  if (flaws.length > 0) return { flaws }
  return {
    pair: { chain: chain.text, key: own.text, notAfter: endOf(leaf).toISOString() },
  }
}

type Chain = { text: string; certificates: [X509Certificate, ...X509Certificate[]] }

const CERTIFICATE = 'a certificate in PEM form (-----BEGIN CERTIFICATE-----)'
const PRIVATE_KEY = 'a private key in PEM form (-----BEGIN PRIVATE KEY-----)'

function chainOf(file: Buffer): Chain | Flaw {
  const blocks = pemBlocks(file.toString('latin1'))
  const own = blocks.filter(isCertificate)
  const read = own.map(({ text }) => readable(() => new X509Certificate(text)))
  const broken = read.indexOf(null)
  if (broken !== -1)
    return { file: 'cert', found: `a damaged certificate (number ${broken + 1})`, allowed: CERTIFICATE }
  const [leaf, ...others] = read.filter((each) => each !== null)
  if (leaf === undefined) return { file: 'cert', found: contents(file, blocks), allowed: CERTIFICATE }
  return { text: own.map(({ text }) => text).join(''), certificates: [leaf, ...others] }
}

function keyOf(file: Buffer): { text: string; key: KeyObject } | Flaw {
  const flaw = (found: string, allowed = PRIVATE_KEY): Flaw => ({ file: 'key', found, allowed })
  const blocks = pemBlocks(file.toString('latin1'))
  const [own, ...more] = blocks.filter(isPrivateKey)
  if (own === undefined) return flaw(contents(file, blocks))
  if (more.length > 0) return flaw(`${more.length + 1} private keys`, 'one')
  if (isEncrypted(own)) {
    return flaw('an encrypted private key', 'one without a passphrase (openssl pkey -in FILE -out NEW writes it)')
  }
  const key = readable(() => createPrivateKey(own.text))
  if (key === null) return flaw('a damaged private key')
  const { asymmetricKeyType: kind = 'unknown', asymmetricKeyDetails: { modulusLength: bits } = {} } = key
  if (!KINDS.includes(kind)) return flaw(`a key of type ${kind}`, 'an RSA, EC, Ed25519 or Ed448 key')
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    return flaw(`an RSA key of ${bits} bits`, `at least ${LEAST_RSA_BITS} bits`)
  }
  return { text: own.text, key }
}

function unusable(leaf: X509Certificate, { host, now }: Pick<PairFiles, 'host' | 'now'>): Flaw[] {
  const [from, end] = [new Date(leaf.validFrom), endOf(leaf)]
  const flaw = (found: string, allowed: string): Flaw => ({ file: 'cert', found, allowed })
  return [
    ...(end < now ? [flaw(`a certificate that expired on ${day(end)}`, 'one that is valid now')] : []),
    ...(from > now
      ? [flaw(`a certificate that is not valid before ${from.toISOString()}`, 'one that is valid now')]
      : []),
    ...(host === null || leaf.checkHost(host) !== undefined
      ? []
      : [flaw(`a certificate for ${inWords(namesOf(leaf))}`, `one that covers the entry's host ${host}`)]),
  ]
}

function unfit(certificates: Chain['certificates'], key: KeyObject): Flaw[] {
  const at = certificates.findIndex((each) => each.checkPrivateKey(key))
  if (at === 0) return []
  return at === -1
    ? [{ file: 'key', found: 'a key of another certificate', allowed: 'the key of the certificate' }]
    : [
        {
          file: 'cert',
          found: `the certificate of the key at position ${at + 1}`,
          allowed: 'it first, then the chain to its root',
        },
      ]
}

/** What somebody gave instead, as far as it can be told. */
function contents(file: Buffer, [first]: PemBlock[]): string {
  if (file.toString('latin1').trim() === '') return 'an empty file'
  if (first !== undefined) return `a PEM file of ${first.label}`
  // A DER certificate or key is a SEQUENCE.
  return file[0] === 0x30 ? 'what looks like DER (openssl x509 or pkey, with -inform der, writes PEM)' : 'not PEM'
}

/** What the certificate is for: its subject alternative names, else its common name. */
function namesOf({ subject, subjectAltName }: X509Certificate): string[] {
  const alternative = (subjectAltName ?? '')
    .split(', ')
    .flatMap((each) => /^(?:DNS|IP Address):(.+)$/.exec(each)?.[1] ?? [])
  const common = /^CN=(.+)$/m.exec(subject)?.[1]
  return (alternative.length > 0 ? alternative : common === undefined ? [] : [common]).map(plain)
}

/** Whoever made the certificate chose the name: nothing in it may steer a terminal. */
const plain = (name: string): string =>
  /^[\w.*:@ -]+$/.test(name) ? name : JSON.stringify(name).replaceAll(/[^\x20-\x7e]/g, '?')

const MOST_NAMES = 5

const inWords = (names: string[]): string => (names.length === 0 ? 'no name' : someOf(names, MOST_NAMES))

const endOf = ({ validTo }: X509Certificate): Date => new Date(validTo)

const day = (time: Date): string => time.toISOString().slice(0, 10)

/** null: it cannot be read. What OpenSSL says of it would not help a person. */
function readable<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch {
    return null
  }
}
