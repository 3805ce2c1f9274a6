import { describe, expect, it } from 'vitest'
import { checkPicture, restore, store } from '../../../../src/traffic/haproxy/picture.js'
import { pool, route, server, topology } from './cases.js'

const one = topology('one', [route(80, 'one-p')], [pool('one-p', [server('one-1')])])

describe('checkPicture', () => {
  it('accepts topologies that share a port by host name', () =>
    expect(() =>
      checkPicture([one, topology('two', [route(80, 'two-p', { host: 'two.test' })], [pool('two-p')])]),
    ).not.toThrow())

  it.each([
    [
      'a port twice',
      [one, topology('two', [route(80, 'two-p')], [pool('two-p')])],
      'port 80 is claimed by one and two',
    ],
    [
      'a host name twice, whatever its case',
      [topology('two', [route(80, 'p', { host: 'A.test' }), route(80, 'p', { host: 'a.test' })], [pool('p')])],
      'port 80 for a.test is claimed by two twice',
    ],
    [
      'two protocols on a port',
      [one, topology('two', [route(80, 'two-p', { protocol: 'https', host: 'b.test' })], [pool('two-p')])],
      'port 80 is http for one and cannot be https for two',
    ],
    ['a pool twice', [one, topology('two', [], [pool('one-p')])], 'pool one-p is claimed by one and two'],
    [
      'a pool that is not there',
      [topology('two', [route(80, 'x')], [])],
      "port 80 of two routes to a pool 'x' that it does not have",
    ],
    [
      'an http port to a TCP pool',
      [topology('two', [route(80, 'p')], [pool('p', [], { protocol: 'tcp' })])],
      "port 80 of two is http, its pool 'p' is tcp",
    ],
    [
      'a line end in the path of a check',
      [
        topology(
          'two',
          [],
          [
            pool('p', [], {
              check: { scheme: 'http', port: 1, path: '/\n', expectedStatus: null, intervalMs: 1, timeoutMs: 1 },
            }),
          ],
        ),
      ],
      'check path of p is "/\\n"; allowed: a path of ASCII characters without spaces',
    ],
    [
      'a line end in a host name',
      [topology('two', [route(80, 'p', { host: 'a\nb' })], [pool('p')])],
      'host is "a\\nb"; allowed: letters, digits, dots, dashes and underscores',
    ],
    [
      'an option in a server name',
      [topology('two', [], [pool('p', [server('a b')])])],
      'server is "a b"; allowed: letters, digits, dots, dashes and underscores',
    ],
    [
      'a host name as address',
      [topology('two', [], [pool('p', [server('a', { address: 'example.com' })])])],
      'address of a is "example.com"; allowed: an IP address',
    ],
    [
      'a weight out of range',
      [topology('two', [], [pool('p', [server('a', { weight: 257 })])])],
      'weight of a is 257; allowed: a whole number from 0 to 256',
    ],
    [
      'a port out of range',
      [topology('two', [route(0, 'p')], [pool('p')])],
      'as is 0; allowed: a port from 1 to 65535',
    ],
  ])('refuses %s', (_what, topologies, message) =>
    expect(() => checkPicture(topologies)).toThrow(expect.objectContaining({ code: 'EDGE', message })),
  )
})

describe('store and restore', () => {
  const certPem = '-----BEGIN CERTIFICATE-----\nc\n-----END CERTIFICATE-----\n'
  const keyPem = '-----BEGIN EC PRIVATE KEY-----\nk\n-----END EC PRIVATE KEY-----\n'
  const https = (certificate: { certPem: string; keyPem: string } | null) => ({
    topology: 't',
    routes: [{ as: 443, protocol: 'https' as const, host: null, certificate, pool: 'p' }],
    pools: [pool('p')],
  })

  it('keeps the private key apart, under a name that changes with the certificate', () => {
    const { stored, pems } = store(https({ certPem, keyPem }))
    expect(JSON.stringify(stored)).not.toContain('PRIVATE')
    expect(Object.keys(pems)).toEqual([stored.routes[0]?.certificate])
    expect(Object.keys(store(https({ certPem, keyPem: `${keyPem}x` })).pems)).not.toEqual(Object.keys(pems))
  })

  it.each([[{ certPem, keyPem }], [null]])('gives back what was stored', async (certificate) => {
    const { stored, pems } = store(https(certificate))
    expect(await restore(stored, async (names) => names.map((name) => pems[name] ?? ''))).toEqual(https(certificate))
  })
})
