import { describe, expect, it } from 'vitest'
import { compare } from '../../../src/plan/compare.js'
import type { InstanceSpec, Labels, ObservedInstance, Sealed } from '../../../src/plan/model.js'
import { instanceSpec } from '../../../src/plan/specs.js'
import { instanceOf, revisionOf, web } from './world.js'

const box = (digest: string): Sealed => ({ box: `v1:${digest}`, digest })
const app = {
  limits: { cpu: 2, memory: '512MiB', disk: '1GiB' },
  environment: {
    GREETING: 'hello',
    KEY: { secret: { from: 'system' } },
    TOKEN: { secret: { from: 'file', key: 't' } },
  },
  devices: { data: { type: 'disk', source: '/srv', path: '/data' } },
  deploy: { release: 'shop', version: '1.0.0' },
}
const spec = instanceSpec(
  revisionOf(web(app), { sealed: { 'web/KEY': box('d1') } }),
  { resource: 'web', index: null },
  'one',
  '',
)

/** Differences of an instance that was right until something was done to it. */
function after(spoil: (instance: ObservedInstance, labels: Labels) => void): string[] {
  const instance = instanceOf(spec)
  spoil(instance, instance.labels)
  return compare(spec, instance, instance.labels).map(({ kind, reason }) => `${kind}: ${reason}`)
}

describe('what separates an instance from its spec', () => {
  it.each<[string, (instance: ObservedInstance, labels: Labels) => void, string[]]>([
    ['nothing', () => undefined, []],
    ['another image', (_, l) => (l.image = 'old'), ['image: image is old, should be tiny']],
    ['another type', (i) => (i.type = 'vm'), ['image: type is vm, should be container']],
    ['another release', (_, l) => (l.release = 'shop@0.9.0'), ['app: release is shop@0.9.0, should be shop@1.0.0']],
    ['no release', (_, l) => (l.release = null), ['app: release is none, should be shop@1.0.0']],
    ['a limit set by hand', (i) => (i.config['limits.cpu'] = '4'), ['live: limits.cpu is "4", should be "2"']],
    ['a limit gone', (i) => delete i.config['limits.cpu'], ['live: limits.cpu is unset, should be "2"']],
    [
      'a limit that nobody declared',
      (i) => (i.config['limits.processes'] = '9'),
      ['live: limits.processes is "9", should be unset'],
    ],
    [
      'a variable changed, one gone, one too many',
      (i) => (i.config = { 'limits.cpu': '2', 'limits.memory': '512MiB', 'environment.MORE': '1' }),
      ['app: environment.GREETING is unset, should be "hello"', 'app: environment.MORE is "1", should be unset'],
    ],
    ['a key that is none of ours', (i) => (i.config['raw.lxc'] = 'x'), []],
    ['a device gone', (i) => delete i.devices.data, ['live: device data is missing']],
    ['a device too many', (i) => (i.devices.eth1 = { type: 'nic' }), ['live: device eth1 exists but is not declared']],
    [
      "a device's key changed, one gone, one too many",
      (i) => (i.devices.data = { type: 'disk', path: '/d', readonly: 'true' }),
      [
        'live: device data: path is "/d", should be "/data"',
        'live: device data: readonly is "true", should be unset',
        'live: device data: source is unset, should be "/srv"',
      ],
    ],
    [
      'a device of another type',
      (i) => (i.devices.data = { ...i.devices.data, type: 'unix-char' }),
      ['live: device data: type is "unix-char", should be "disk"'],
    ],
    [
      'the root disk with the keys of the profile',
      (i) => (i.devices.root = { type: 'disk', path: '/', pool: 'default', size: '1024MiB' }),
      [],
    ],
    [
      'the root disk of another size',
      (i) => (i.devices.root = { type: 'disk', size: '2GiB' }),
      ['live: device root: size is "2GiB", should be "1024MiB"'],
    ],
    ['a secret changed', (_, l) => (l.secrets.KEY = 'd0'), ['app: secret KEY changed']],
    ['a secret that is new', (_, l) => delete l.secrets.KEY, ['app: secret KEY is new']],
    ['a secret too many', (_, l) => (l.secrets.OLD = 'x'), ['app: secret OLD is no longer declared']],
    ['a secret that only an activity can compare', (_, l) => (l.secrets.TOKEN = 'anything'), []],
    ['a declaration of before', (_, l) => (l.digest = 'other'), ['app: its declaration changed']],
    ['a stop', (i) => (i.status = 'Stopped'), ['state: is stopped, should be running']],
    ['a freeze', (i) => (i.status = 'Frozen'), ['state: is frozen, should be running']],
    ['an error', (i) => (i.status = 'Error'), ['state: is error, should be running']],
    ['a start under way', (i) => (i.status = 'Starting'), []],
    [
      'several things, in one order',
      (i, l) => {
        i.status = 'Stopped'
        i.config['limits.cpu'] = '4'
        l.release = 'shop@0.9.0'
        l.image = 'old'
        l.digest = 'other'
      },
      [
        'image: image is old, should be tiny',
        'app: release is shop@0.9.0, should be shop@1.0.0',
        'live: limits.cpu is "4", should be "2"',
        'state: is stopped, should be running',
      ],
    ],
  ])('%s', (_what, spoil, differences) => {
    expect(after(spoil)).toEqual(differences)
  })

  it('names a secret, never its value', () => {
    const words = after((_, labels) => (labels.secrets.KEY = 'd0')).join()
    expect(words).not.toMatch(/d0|d1|v1:/)
  })

  it('takes an instance without disk limit as it is, root disk of its own or not', () => {
    const plain = instanceSpec(revisionOf(web()), { resource: 'web', index: null }, 'one', '')
    const instance = instanceOf(plain)
    instance.devices.root = { type: 'disk', path: '/', pool: 'default', size: '1GiB' }
    expect(compare(plain, instance, instance.labels)).toEqual([])
  })
})

describe('a tarball that was rebuilt', () => {
  const of = (sha256: string, { version = '1.0.0', memory = '512MiB' } = {}) =>
    instanceSpec(
      revisionOf(web({ limits: { memory }, deploy: { release: 'shop', version } }), {
        artifacts: { [`shop@${version}`]: { sha256: sha256.repeat(64), size: 1 } },
      }),
      { resource: 'web', index: null },
      'one',
      '',
    )
  const rebuilt = 'app: rebuilt: shop 1.0.0, digest aaaaaaaaaaaa → bbbbbbbbbbbb'
  const before = of('a')

  it.each<[string, InstanceSpec, InstanceSpec | null, string[]]>([
    ['the same one', of('a'), before, []],
    ['another of the same version', of('b'), before, [rebuilt]],
    [
      'another, and a limit as well',
      of('b', { memory: '1GiB' }),
      before,
      [rebuilt, 'live: limits.memory is "512MiB", should be "1024MiB"'],
    ],
    ['another version', of('b', { version: '2.0.0' }), before, ['app: release is shop@1.0.0, should be shop@2.0.0']],
    ['no stable revision', of('b'), null, ['app: its declaration changed']],
    ['a stable revision that the instance is not of', of('b'), of('c'), ['app: its declaration changed']],
  ])('%s', (_, now, stable, differences) => {
    const instance = instanceOf(before)
    const found = compare(now, instance, instance.labels, stable)
    expect(found.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual(differences)
  })
})
