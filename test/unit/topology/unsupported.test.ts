import { describe, expect, it } from 'vitest'
import { secretRefs } from '../../../src/topology/secrets.js'
import { unsupported } from '../../../src/topology/unsupported.js'
import { declaration, parsed, withApp } from './sample.js'

const host = (address: string, platform: string) => ({ hosts: { x: { address, platform } } })
const from = (where: string, key = 'k') => ({ secret: { from: where, key } })

describe('what a deploy cannot carry out yet is named', () => {
  it.each([
    [declaration({ ttl: '1h' }), []],
    [declaration(host('any', 'emulated')), []],
    [declaration(host('root@h', 'debian')), []],
    [declaration(host('https://h:8443', 'icusos')), []],
    [
      declaration({ cluster: { name: 'c', nodes: ['app'] } }),
      ['cluster: forming a cluster of nodes is not supported yet'],
    ],
    [
      declaration({ observability: { metrics: [], events: ['node_joined'] } }),
      ['observability.events: events are not supported yet'],
    ],
    [
      withApp({ environment: { A: from('vault'), B: from('file'), C: from('command'), D: from('system') } }),
      ['resources.app.environment.A: secrets from Vault are not supported yet'],
    ],
  ])('%#', (written, expected) =>
    expect(unsupported(parsed(written)).map(({ path, what }) => `${path}: ${what}`)).toEqual(expected),
  )

  it('one machine under two names, which an emulated host is not', () => {
    const two = (address: string, platform: string) =>
      unsupported(parsed(declaration({ hosts: { a: { address, platform }, b: { address, platform } } })))
    expect(two('localhost', 'debian')).toEqual([
      { path: 'hosts.b.address', what: 'this is the machine of host a: declare it once' },
    ])
    expect(two('localhost', 'emulated')).toEqual([])
  })
})

describe('secrets by name', () => {
  it.each([
    [withApp({ environment: { A: 'clear' } }), []],
    [
      withApp({ environment: { A: 'clear', B: from('system', 'C'), D: { secret: { from: 'system' } } } }),
      [
        { resource: 'app', name: 'B', ref: { from: 'system', key: 'C' } },
        { resource: 'app', name: 'D', ref: { from: 'system', key: null } },
      ],
    ],
    [
      declaration({ cluster: { name: 'c', nodes: ['app'] } }),
      [{ resource: 'app', name: 'RELEASE_COOKIE', ref: { from: 'system', key: 'RELEASE_COOKIE' } }],
    ],
    [
      withApp({ environment: { RELEASE_COOKIE: from('file') } }, { cluster: { name: 'c', nodes: ['app'] } }),
      [{ resource: 'app', name: 'RELEASE_COOKIE', ref: { from: 'file', key: 'k' } }],
    ],
    [declaration({ cluster: { name: 'c', nodes: ['app'], cookie: 'clear' } }), []],
  ])('%#', (written, expected) => expect(secretRefs(parsed(written))).toEqual(expected))
})
