import { describe, expect, it } from 'vitest'
import { http } from '../../../src/health/probes/http.js'
import { kindsOf } from '../../../src/health/probes/kinds.js'
import { KINDS, PROBES, type Probe } from '../../../src/health/probes/registry.js'

describe('endpoints', () => {
  it.each<[string, Probe]>([
    [
      'http://localhost:4000/health',
      { kind: 'http', scheme: 'http', port: 4000, path: '/health', expectedStatus: null },
    ],
    [
      'https://localhost/up?deep=1',
      { kind: 'http', scheme: 'https', port: 443, path: '/up?deep=1', expectedStatus: null },
    ],
    ['http://127.0.0.1', { kind: 'http', scheme: 'http', port: 80, path: '/', expectedStatus: null }],
    ['tcp://localhost:5432', { kind: 'tcp', port: 5432 }],
    ['grpc://localhost:50051', { kind: 'grpc', scheme: 'grpc', port: 50_051, service: '' }],
    ['grpc://localhost:50051/', { kind: 'grpc', scheme: 'grpc', port: 50_051, service: '' }],
    ['grpcs://localhost:50051/shop.v1.Cart', { kind: 'grpc', scheme: 'grpcs', port: 50_051, service: 'shop.v1.Cart' }],
  ])('%s', (endpoint, probe) => {
    expect(PROBES.read({ endpoint })).toEqual(probe)
    expect(PROBES.read(PROBES.write(probe))).toEqual(probe)
  })

  it.each([
    'localhost:4000',
    'http://example.com/',
    'tcp://localhost',
    'tcp://localhost:1/x',
    'ftp://localhost:21/',
    'http://u:p@localhost/',
    'http://localhost:0/',
    'http://localhost:4000/#x',
    'grpc://localhost/shop',
    'grpc://localhost:1/a/b',
    'grpc://localhost:1/a?b',
    '',
  ])('%j is none', (endpoint) => expect(PROBES.read({ endpoint })).toBeNull())

  it.each([
    ['htp://localhost:4000/health', 'http://localhost:4000/health'],
    ['localhost:4000/health', 'http://localhost:4000/health'],
    ['gprc://localhost:50051', 'grpc://localhost:50051'],
    ['tpc://localhost:1', 'tcp://localhost:1'],
    ['http://example.com/', undefined],
    ['redis://localhost:6379', undefined],
    ['nowhere', undefined],
  ])('%s is most likely %s', (written, meant) => expect(PROBES.nearest(written)).toBe(meant))
})

it('knows no other kinds, and takes none of them for another', () => {
  expect(() => PROBES.of({ kind: 'udp' })).toThrow('found the kind of probe "udp", allowed http, tcp, grpc, command')
  expect(PROBES.normalised.safeParse({ kind: 'udp', port: 1 }).error?.issues[0]?.message).toBe(
    'a probe of the kind http, tcp, grpc, command',
  )
})

it('says what is asked without what its arguments say', () => {
  expect(PROBES.brief({ kind: 'command', command: ['check', '--password', 'x'] })).toBe('check')
  expect(PROBES.brief({ kind: 'grpc', scheme: 'grpc', port: 5, service: 'a.B' })).toBe('grpc://localhost:5/a.B')
})

it('takes no two kinds that are written alike', () => {
  expect(() => kindsOf([...KINDS, http])).toThrow('two kinds of probes have http')
  expect(() => kindsOf([...KINDS, { ...http, kind: 'web' }])).toThrow('two kinds of probes have http')
})
