import { describe, expect, it } from 'vitest'
import { hostKind } from '../../../src/topology/hosts.js'
import { nearest } from '../../../src/topology/nearest.js'
import { formatEndpoint, parseEndpoint } from '../../../src/topology/probe.js'
import { pathText } from '../../../src/topology/problem.js'

describe('how a host is reached', () => {
  it.each([
    ['localhost', 'debian', 'local'],
    ['127.0.0.1', 'ubuntu', 'local'],
    ['deploy@10.0.1.10', 'debian', 'ssh'],
    ['deploy@db.example.com:2222', 'arch_linux', 'ssh'],
    ['root@[fd00::1]:22', 'debian', 'ssh'],
    ['https://10.0.1.20:8443', 'icusos', 'incus'],
    ['https://incus.example.com', 'debian', 'incus'],
    ['anything', 'emulated', 'emulated'],
    ['10.0.1.10', 'debian', null],
    ['http://10.0.1.20:8443', 'icusos', null],
    ['https://me:secret@10.0.1.20', 'icusos', null],
    ['https://10.0.1.20/path', 'icusos', null],
    ['deploy@host:0', 'debian', null],
    ['deploy@host:65536', 'debian', null],
    ['deploy@-oProxyCommand=x', 'debian', null],
    ['-l@host', 'debian', null],
  ] as const)('%s on %s: %s', (address, platform, kind) => expect(hostKind(address, platform)).toBe(kind))
})

describe('endpoints', () => {
  it.each([
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
  ] as const)('%s', (endpoint, probe) => {
    expect(parseEndpoint(endpoint)).toEqual(probe)
    expect(parseEndpoint(formatEndpoint(probe))).toEqual(probe)
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
    '',
  ])('%j is none', (endpoint) => expect(parseEndpoint(endpoint)).toBeNull())
})

describe('the nearest name', () => {
  it.each([
    ['debain', ['debian', 'ubuntu'], 'debian'],
    ['max_parallel', ['maxParallel', 'steps'], 'maxParallel'],
    ['blue-green', ['rolling', 'blueGreen'], 'blueGreen'],
    ['incusos', ['icusos', 'debian'], 'icusos'],
    ['c', ['a', 'b'], undefined],
    ['xyz', ['memory', 'disk'], undefined],
    ['x'.repeat(5_000), ['memory'], undefined],
    ['anything', [], undefined],
  ])('%.20s', (found, known, expected) => expect(nearest(found, known)).toBe(expected))
})

it.each([
  [['resources', 'app', 'limits', 'memory'], 'resources.app.limits.memory'],
  [['resources', 'app', 'network', 'expose', 0, 'as'], 'resources.app.network.expose[0].as'],
  [['resources', 'my app', 'on'], 'resources["my app"].on'],
  [[1, 'name'], '[1].name'],
  [[], ''],
])('key path %j reads %s', (path, text) => expect(pathText(path)).toBe(text))
