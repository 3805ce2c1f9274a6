import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { checkedCertificates } from '../../../src/certificates/checked.js'
import { openCertificate, sealCertificates } from '../../../src/certificates/seal.js'
import type { Topology } from '../../../src/topology/model.js'
import { makeCertificate } from '../../support/certificates.js'
import { parsed } from '../topology/sample.js'

const folder = mkdtempSync(join(tmpdir(), 'cul8er-certificates-'))
const certs = join(folder, 'certs')
const [own, other] = [makeCertificate(), makeCertificate()]
const write = (name: string, text: string): void => writeFileSync(join(certs, name), text)
beforeEach(() => {
  rmSync(certs, { recursive: true, force: true })
  mkdirSync(certs)
  write('own.pem', own.cert)
  write('own.key', own.key)
})
afterAll(() => rmSync(folder, { recursive: true }))

const files = { cert: 'certs/own.pem', key: './certs/own.key' }
const entry = (more: object = {}): object => ({ port: 4000, as: 443, protocol: 'https', certificate: files, ...more })
const declare = (...expose: object[]): Topology =>
  parsed({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: { web: { image: 'a/b', network: { expose } } },
  })

const sealKey = new Uint8Array(32).fill(7)
const options = { directory: folder, sealKey, now: new Date() }
const later = (days: number): { directory: string; sealKey: Uint8Array; now: Date } => ({
  ...options,
  now: new Date(Date.now() + days * 86_400_000),
})

describe('certificates of a topology', () => {
  it('are sealed, and opened as they were', async () => {
    const sealed = await sealCertificates(declare(entry({ host: 'app.example.com' })), options)
    const key = 'web/443/app.example.com'
    expect(sealed).toMatchObject({
      [key]: { notAfter: expect.stringMatching(/Z$/) as string },
    })
    expect(JSON.stringify(sealed)).not.toContain(own.key.split('\n')[1])
    const box = { as: 443, host: 'app.example.com', resource: 'web', sealed: sealed[key]!.sealed }
    expect(openCertificate(box, 'shop', [sealKey])).toEqual({ certPem: own.cert, keyPem: own.key })
    expect(openCertificate(box, 'shop', [new Uint8Array(32), sealKey])).toMatchObject({ keyPem: own.key })
  })

  it.each([
    ['another topology', 'blog', { as: 443, host: null, resource: 'web' }],
    ['another resource', 'shop', { as: 443, host: null, resource: 'api' }],
    ['another port', 'shop', { as: 444, host: null, resource: 'web' }],
    ['another host name', 'shop', { as: 443, host: 'a.test', resource: 'web' }],
  ])('do not open for %s', async (_what, topology, place) => {
    const { sealed } = (await sealCertificates(declare(entry()), options))['web/443']!
    expect(() => openCertificate({ ...place, sealed }, topology, [sealKey])).toThrow(/cannot be opened/)
  })

  it('have another box each time, and the same digest until one file changes', async () => {
    const seal = async () => (await sealCertificates(declare(entry()), options))['web/443']!
    const [first, again] = [await seal(), await seal()]
    expect(again.sealed.box).not.toBe(first.sealed.box)
    expect({ ...again, sealed: again.sealed.digest }).toEqual({ ...first, sealed: first.sealed.digest })
    write('own.pem', own.cert + other.cert)
    const longer = await seal()
    expect(longer.sealed.digest).not.toBe(first.sealed.digest)
    expect(longer.fingerprint).not.toBe(first.fingerprint)
  })

  it('are no more than payloads have room for', async () => {
    const many = Array.from({ length: 300 }, (_, at) => entry({ as: 1_000 + at }))
    await expect(sealCertificates(declare(...many), options)).rejects.toThrow(/allowed 262144 in one topology/)
  })

  it('without one nothing is read', async () => {
    expect(await sealCertificates(declare(entry({ certificate: undefined })), options)).toEqual({})
  })
})

const KEY = 'resources.web.network.expose[0].certificate.key'
const CERT = 'resources.web.network.expose[0].certificate.cert'

describe('what cannot be used names its place and its file', () => {
  it.each<[string, () => void, string]>([
    [
      'a missing key',
      () => rmSync(join(certs, 'own.key')),
      `${KEY}: found a file that cannot be read (ENOENT): ${certs}/own.key`,
    ],
    [
      'a folder',
      () => (rmSync(join(certs, 'own.key')), mkdirSync(join(certs, 'own.key'))),
      `${KEY}: found a file that cannot be read (EISDIR): ${certs}/own.key`,
    ],
    [
      'a key of another',
      () => write('own.key', other.key),
      `${KEY}: found a key of another certificate: ${certs}/own.key, allowed the key`,
    ],
    [
      'a string',
      () => write('own.pem', 'x'),
      `${CERT}: found not PEM: ${certs}/own.pem, allowed a certificate in PEM form`,
    ],
    [
      'a large file',
      () => write('own.pem', 'x'.repeat(70_000)),
      `${CERT}: found a file that is larger than 65536 bytes: ${certs}/own.pem`,
    ],
  ])('%s', async (_what, spoil, message) => {
    spoil()
    const failure = sealCertificates(declare(entry()), options)
    await expect(failure).rejects.toMatchObject({ code: 'INVALID_TOPOLOGY' })
    await expect(failure).rejects.toThrow(message)
  })

  it('all of them at once', async () => {
    rmSync(certs, { recursive: true })
    const failure = sealCertificates(declare(entry(), entry({ as: 444 })), options)
    await expect(failure).rejects.toMatchObject({
      details: {
        problems: [{ path: CERT }, { path: KEY }, { path: CERT.replace('0', '1') }, { path: KEY.replace('0', '1') }],
      },
    })
  })
})

describe('what is checked without sealing', () => {
  it('may be right', async () => {
    expect(await checkedCertificates(declare(entry()), options)).toEqual({ outOfReach: [], endSoon: [] })
  })

  it('may be out of reach', async () => {
    rmSync(join(certs, 'own.key'))
    expect(await checkedCertificates(declare(entry()), options)).toEqual({
      outOfReach: [expect.stringContaining(`${KEY}: found a file that cannot be read (ENOENT)`)],
      endSoon: [],
    })
  })

  it('may end soon', async () => {
    const { endSoon } = await checkedCertificates(declare(entry()), later(80))
    expect(endSoon).toEqual([
      expect.stringMatching(/^web: the certificate of https 443 expires on \d{4}-\d\d-\d\d, in 9 days$/),
    ])
  })

  it('is refused when it can be read and nobody can use it', async () => {
    write('own.key', other.key)
    await expect(checkedCertificates(declare(entry()), options)).rejects.toThrow('a key of another certificate')
  })
})
