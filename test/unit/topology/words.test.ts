import { describe, expect, it } from 'vitest'
import { hostKind, readAddress } from '../../../src/topology/hosts.js'
import { nearest } from '../../../src/topology/nearest.js'
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
    ['10.0.1.10', 'debian', 'ssh'],
    ['db.example.com:2222', 'ubuntu', 'ssh'],
    ['[fd00::1]', 'debian', 'ssh'],
    ['10.0.1.20', 'icusos', 'incus'],
    ['web:9443', 'icusos', 'incus'],
    ['web:0', 'icusos', null],
    ['web:65536', 'debian', null],
    ['-web', 'debian', null],
    ['web/x', 'icusos', null],
    ['http://10.0.1.20:8443', 'icusos', null],
    ['https://me:secret@10.0.1.20', 'icusos', null],
    ['https://10.0.1.20/path', 'icusos', null],
    ['deploy@host:0', 'debian', null],
    ['deploy@host:65536', 'debian', null],
    ['deploy@-oProxyCommand=x', 'debian', null],
    ['-l@host', 'debian', null],
  ] as const)('%s on %s: %s', (address, platform, kind) => expect(hostKind(address, platform)).toBe(kind))
})

it.each([
  ['10.0.1.20', 'https://10.0.1.20:8443'],
  ['web.example.com:9443', 'https://web.example.com:9443'],
  ['[fd00::1]', 'https://[fd00::1]:8443'],
  ['https://web', 'https://web'],
])('on IncusOS %s is %s', (written, address) =>
  expect(readAddress(written, 'icusos')).toEqual({ kind: 'incus', address }),
)

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
