import { describe, expect, it } from 'vitest'
import type { IncusCommand } from '../../../src/incus/index.js'
import { configureCommands, createCommand, labelsOf, projectCommand } from '../../../src/instances/commands.js'
import { compare } from '../../../src/plan/compare.js'
import type { InstanceSpec, Labels, ObservedInstance } from '../../../src/plan/model.js'
import { instanceSpec } from '../../../src/plan/specs.js'
import { instanceOf, revisionOf, web } from '../plan/world.js'

type Part = Record<string, unknown>

const app: Part = {
  limits: { cpu: 2, memory: '512MiB', disk: '1GiB' },
  environment: { GREETING: 'hello', KEY: { secret: { from: 'system' } } },
  devices: { data: { type: 'disk', source: '/srv', path: '/data' } },
  deploy: { release: 'shop', version: '1.0.0' },
}
const sealed = { 'web/KEY': { box: 'v1:x', digest: 'k1' } }
const specOf = (over: Part = {}, top: Part = {}): InstanceSpec =>
  instanceSpec(revisionOf(web({ ...app, ...over }, top), { sealed }), { resource: 'web', index: null }, 'one', '')
const spec = specOf()
const words = ({ args }: IncusCommand): string => `incus ${args.join(' ')}`
const stamp = { operation: 7, revision: 3, role: 'live' as const }

describe('labels of an instance that is made', () => {
  it('say what it is, where it is from and which secrets it has', () => {
    expect(labelsOf(spec, stamp, new Map())).toEqual({
      topology: 'shop',
      resource: 'web',
      index: null,
      color: '',
      revision: 3,
      digest: spec.digest,
      operation: '7',
      image: 'tiny',
      release: 'shop@1.0.0',
      role: 'live',
      secrets: { KEY: 'k1' },
    })
  })

  it('say that it is stateful, where it is', () => {
    expect(labelsOf({ ...spec, stateful: true }, stamp, new Map())).toMatchObject({ stateful: true })
    expect(labelsOf(spec, stamp, new Map())).not.toHaveProperty('stateful')
  })

  it.each<[string, ReadonlyMap<string, string>, string]>([
    ['as an activity found it', new Map([['KEY', 'k2']]), 'k2'],
    ['as it was sealed', new Map(), 'k1'],
  ])("a secret's digest: %s", (_what, digests, digest) => {
    expect(labelsOf(spec, stamp, digests).secrets).toEqual({ KEY: digest })
  })
})

describe('the command that makes an instance', () => {
  it('is one, with all of it', () => {
    const command = createCommand(spec, labelsOf(spec, stamp, new Map()))
    expect(words(command)).toBe(
      'incus launch --quiet' +
        ' -c limits.cpu=2 -c limits.memory=512MiB -c environment.GREETING=hello' +
        ' -c user.cul8er.topology=shop -c user.cul8er.resource=web -c user.cul8er.revision=3' +
        ` -c user.cul8er.digest=${spec.digest} -c user.cul8er.operation=7 -c user.cul8er.image=tiny` +
        ' -c user.cul8er.release=shop@1.0.0 -c user.cul8er.role=live -c user.cul8er.secret.KEY=k1' +
        ' -d root,size=1024MiB tiny shop-web',
    )
    expect(new TextDecoder().decode(command.stdin as Uint8Array)).toBe(
      '{"devices":{"data":{"type":"disk","source":"/srv","path":"/data"}}}',
    )
  })

  it.each<[string, Part, Part, string[]]>([
    ['a virtual machine', { type: 'vm' }, {}, ['--vm']],
    ['a project', {}, { project: 'team' }, ['--project=team']],
  ])('says so for %s', (_what, over, top, expected) => {
    const made = specOf(over, top)
    expect(createCommand(made, labelsOf(made, stamp, new Map())).args).toEqual(expect.arrayContaining(expected))
  })

  it('makes a project that shares images and profiles', () => {
    expect(words(projectCommand('team'))).toBe(
      'incus project create -c features.images=false -c features.profiles=false team',
    )
  })
})

describe('the commands that set an instance right', () => {
  const right = instanceOf(spec, { operation: 7, revision: 3 })
  /** Commands for an instance that was right until something was done to it. */
  const after = (spoil: (i: ObservedInstance & { labels: Labels }) => void, wanted = spec): string[] => {
    const found = structuredClone(right)
    spoil(found)
    return configureCommands(wanted, found, { ...right.labels, digest: wanted.digest }).map(words)
  }

  it.each<[string, string[], string[]]>([
    ['nothing to do', after(() => undefined), []],
    [
      'a limit changed by hand',
      after((i) => (i.config['limits.cpu'] = '9')),
      ['incus config set shop-web limits.cpu=2'],
    ],
    [
      'limits and variables, gone and too many, in one call',
      after((i) => (i.config = { 'limits.memory': '512MiB', 'limits.processes': '5', 'environment.X': '1' })),
      ['incus config set shop-web limits.cpu=2 environment.GREETING=hello limits.processes= environment.X='],
    ],
    ['what others set is left alone', after((i) => (i.config['raw.lxc'] = 'x')), []],
    [
      'labels in the same call',
      after((i) => {
        i.config['limits.cpu'] = '9'
        i.labels.revision = 2
        i.labels.secrets = { KEY: 'k0', OLD: 'x' }
      }),
      [
        'incus config set shop-web limits.cpu=2 user.cul8er.revision=3 user.cul8er.secret.KEY=k1 user.cul8er.secret.OLD=',
      ],
    ],
    [
      'a device gone',
      after((i) => delete i.devices.data),
      ['incus config device add shop-web data disk source=/srv path=/data'],
    ],
    [
      'a device too many',
      after((i) => (i.devices.eth1 = { type: 'nic' })),
      ['incus config device remove shop-web eth1'],
    ],
    [
      "a device's keys, changed and too many",
      after((i) => (i.devices.data = { type: 'disk', source: '/srv', path: '/d', readonly: 'true' })),
      ['incus config device set shop-web data path=/data readonly='],
    ],
    [
      'a device of another type',
      after((i) => (i.devices.data = { type: 'unix-char', path: '/data' })),
      ['incus config device remove shop-web data', 'incus config device add shop-web data disk source=/srv path=/data'],
    ],
    [
      'the root disk, still the one of the profile',
      after((i) => delete i.devices.root),
      ['incus config device override shop-web root size=1024MiB'],
    ],
    [
      'the root disk, its own already',
      after((i) => (i.devices.root = { type: 'disk', pool: 'default', path: '/', size: '2GiB' })),
      ['incus config device set shop-web root size=1024MiB'],
    ],
    [
      'no disk limit any more: the disk stays as it is',
      after((i) => (i.labels.digest = 'x'), specOf({ limits: { cpu: 2, memory: '512MiB' } })),
      [`incus config set shop-web user.cul8er.digest=${specOf({ limits: { cpu: 2, memory: '512MiB' } }).digest}`],
    ],
  ])('%s', (_what, commands, expected) => {
    expect(commands).toEqual(expected)
  })

  it('name the project', () => {
    const inProject = specOf({}, { project: 'team' })
    const found = instanceOf(inProject, { operation: 7, revision: 3 })
    found.config['limits.cpu'] = '9'
    delete found.devices.data
    expect(configureCommands(inProject, found, found.labels).map(words)).toEqual([
      'incus config set --project=team shop-web limits.cpu=2',
      'incus config device add --project=team shop-web data disk source=/srv path=/data',
    ])
  })

  it.each<[string, (i: ObservedInstance) => void]>([
    ['limits', (i) => (i.config = { 'limits.processes': '5' })],
    ['devices', (i) => (i.devices = { eth1: { type: 'nic' }, data: { type: 'unix-char', x: '1' } })],
    ['a root disk', (i) => (i.devices.root = { type: 'disk', size: '9GiB' })],
  ])('leave nothing that differs: %s', (_what, spoil) => {
    const found = structuredClone(right)
    spoil(found)
    expect(compare(spec, found, found.labels)).not.toEqual([])
    for (const command of configureCommands(spec, found, right.labels)) carryOut(found, command.args)
    expect(compare(spec, found, found.labels)).toEqual([])
  })
})

/** What Incus does with `config set` and `config device …`. */
function carryOut({ config, devices }: ObservedInstance, args: readonly string[]): void {
  const pairs = (all: readonly string[]) => all.map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string])
  const merge = (into: Record<string, string>, all: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      Object.entries({ ...into, ...Object.fromEntries(pairs(all)) }).filter(([, value]) => value !== ''),
    )
  const [, verb, ...rest] = args.filter((word) => word !== '--')
  if (verb === 'set') {
    const next = merge(config, rest.slice(1))
    Object.keys(config).forEach((key) => delete config[key])
    Object.assign(config, next)
    return
  }
  const [action, , device = '', ...keys] = rest
  if (action === 'remove') delete devices[device]
  else if (action === 'add') devices[device] = { type: keys[0] ?? '', ...merge({}, keys.slice(1)) }
  else devices[device] = merge(devices[device] ?? {}, keys)
}
