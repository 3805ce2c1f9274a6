import { describe, expect, it } from 'vitest'
import {
  certificateNotes,
  certificateReason,
  certificatesFor,
  chainFingerprint,
} from '../../../src/plan/certificates.js'
import { exposureChanges } from '../../../src/plan/exposure.js'
import type { OwnCertificate, Revision } from '../../../src/plan/model.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'
import { revisionOf, web } from './world.js'

const files = { cert: 'a.pem', key: 'a.key' }
const block = (text: string): string => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
const kept = (name: string, notAfter = '2027-01-02T03:04:05.000Z'): OwnCertificate => ({
  sealed: { box: `box-of-${name}`, digest: name },
  fingerprint: chainFingerprint(block(name)),
  notAfter,
})
const https = (more: object = {}): object => ({ port: 4000, as: 443, protocol: 'https', certificate: files, ...more })
const revision = (certificates: Record<string, OwnCertificate> | undefined, ...expose: object[]): Revision =>
  revisionOf(web({ network: { expose } }), certificates === undefined ? {} : { certificates })
const route = { as: 443, host: null, pool: 'shop-web-4000' }
const pem = (text: string) => ({ certPem: `of the user: ${block(text)}`, keyPem: 'secret' })

describe('the certificates of routes', () => {
  const own = revision({ 'web/443': kept('own') }, https())
  const before = revision({ 'web/443': kept('before') }, https())
  const renamed = revisionOf(
    { ...web({}), resources: { app: { image: 'tiny', network: { expose: [https()] } } } },
    {
      certificates: { 'app/443': kept('app') },
    },
  )
  const selfSigned = revision(undefined, https({ certificate: undefined }))
  const paths = revision(undefined, https())
  const sealed = (name: string, resource = 'web') => [{ as: 443, host: null, resource, sealed: kept(name).sealed }]

  it.each([
    ['sealed', own, null, route, sealed('own')],
    ['of a color', own, null, { ...route, pool: 'shop-web-4000-green' }, sealed('own')],
    ['not those of before', own, before, route, sealed('own')],
    ['none for a self-signed one', selfSigned, before, route, []],
    ['none for another port', own, null, { ...route, as: 444 }, []],
    ['none for another host name', own, null, { ...route, host: 'a.test' }, []],
    ['paths where nothing is kept', paths, null, route, [{ as: 443, host: null, ...files }]],
    ['the new one of a port that leads to what goes', renamed, before, route, sealed('app', 'app')],
    ['the former one where nothing else has the port', revision({}), before, route, sealed('before')],
  ])('are %s', (_what, declared, former, of, expected) => {
    expect(certificatesFor([of], declared, former)).toEqual(expected)
  })

  it('tell two machines apart', () => {
    const two = revisionOf(
      {
        ...web({}),
        resources: {
          web: { image: 'tiny', on: 'one', network: { expose: [https()] } },
          api: { image: 'tiny', on: 'two', network: { expose: [https({ port: 5000 })] } },
        },
      },
      { certificates: { 'web/443': kept('web'), 'api/443': kept('api') } },
    )
    expect(certificatesFor([{ ...route, pool: 'shop-api-5000' }], two, null)).toEqual(sealed('api', 'api'))
  })
})

describe('what a plan says of a certificate', () => {
  const own = revision({ 'web/443': kept('own') }, https())
  it.each([
    ['the same', own, pem('own'), null],
    ['another', own, pem('other'), 'certificate of https 443 changes, new expiry 2027-01-02'],
    [
      'instead of a self-signed one',
      own,
      null,
      'certificate of https 443 changes from a self-signed one, new expiry 2027-01-02',
    ],
    [
      'a self-signed one from now on',
      revision(undefined, https({ certificate: undefined })),
      pem('own'),
      'certificate of https 443 changes to a self-signed one',
    ],
    ['self-signed as before', revision(undefined, https({ certificate: undefined })), null, null],
    ['paths alone', revision(undefined, https()), pem('own'), null],
  ])('%s', (_what, desired, actual, expected) => {
    expect(certificateReason(route, actual, desired)).toBe(expected)
  })

  it('with its host name', () => {
    const desired = revision({ 'web/443/a.test': kept('own') }, https({ host: 'a.test' }))
    expect(certificateReason({ ...route, host: 'a.test' }, pem('x'), desired)).toBe(
      'certificate of https 443 of a.test changes, new expiry 2027-01-02',
    )
  })

  it('is a change of the edge, and no key is in it', () => {
    const traffic = {
      members: [
        {
          instance: 'shop-web',
          resource: 'web',
          color: '' as const,
          host: 'one',
          address: '10.0.0.1',
          weight: 100,
          state: 'ready' as const,
        },
      ],
      active: {},
    }
    const servers = [{ name: 'shop-web', address: '10.0.0.1', port: 4000, weight: 100, state: 'ready' as const }]
    const current = (text: string): TopologyRoutes => ({
      topology: 'shop',
      routes: [{ ...route, protocol: 'https', certificate: pem(text) }],
      pools: [{ name: 'shop-web-4000', protocol: 'http', sticky: false, servers }],
    })
    const changes = (text: string) =>
      exposureChanges(own, traffic, [{ host: 'one', current: current(text) }], new Set())
    expect(changes('own')).toEqual([])
    expect(changes('other')).toMatchObject([
      {
        action: 'update',
        host: 'one',
        live: true,
        reasons: ['certificate of https 443 changes, new expiry 2027-01-02'],
      },
    ])
    expect(JSON.stringify(changes('other'))).not.toContain('secret')
  })
})

it.each([
  ['2026-12-19T00:00:00Z', []],
  ['2026-12-20T12:00:00Z', ['web: the certificate of https 443 expires on 2027-01-02, in 12 days']],
  ['2027-01-01T02:00:00Z', ['web: the certificate of https 443 expires on 2027-01-02, in 1 day']],
  ['2027-01-02T03:00:00Z', ['web: the certificate of https 443 expires on 2027-01-02, within a day']],
  ['2027-01-03T00:00:00Z', ['web: the certificate of https 443 expired on 2027-01-02: browsers refuse it']],
])('at %s it warns: %j', (now, expected) => {
  const { topology, certificates = {} } = revision({ 'web/443': kept('own') }, https())
  expect(certificateNotes(topology, certificates, new Date(now))).toEqual(expected)
})
