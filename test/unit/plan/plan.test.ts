import { describe, expect, it } from 'vitest'
import type { ObservedInstance } from '../../../src/plan/model.js'
import { planChanges, toPlan, type PlanInput } from '../../../src/plan/plan.js'
import { foreign, read, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const v = (version: string): Part => ({ deploy: { release: 'shop', version } })
const wanted = (app: Part = {}, over: Part = {}) => revisionOf(web({ replicas: 2, ...v('1.0.0'), ...app }, over))
/** What runs: the topology as wanted, or declared as `app` says. */
const world = (app: Part = {}, over: Part = {}) => worldOf(wanted(app, over))
const spoilt = (spoil: (first: ReturnType<typeof world>[number]) => void, app: Part = {}) => {
  const all = world(app)
  all.slice(0, 1).forEach(spoil)
  return all
}
const planned = (input: PlanInput): string[] => read(planChanges(input).changes)

describe('what a plan changes', () => {
  it.each<[string, PlanInput, string[]]>([
    [
      'an empty world: all is made, spread over the hosts',
      { revision: wanted({ replicas: 3 }), observed: [] },
      ['create shop-web-1@one: missing', 'create shop-web-2@two: missing', 'create shop-web-3@one: missing'],
    ],
    ['a world that is right: nothing', { revision: wanted(), observed: world() }, []],
    [
      'a new version: an update in place',
      { revision: wanted(v('1.1.0')), observed: world() },
      [
        'update shop-web-1@one: release is shop@1.0.0, should be shop@1.1.0',
        'update shop-web-2@two: release is shop@1.0.0, should be shop@1.1.0',
      ],
    ],
    [
      'another image: another instance beside it',
      { revision: wanted({ image: 'new', replicas: 1 }), observed: world({ replicas: 1 }) },
      ['replace shop-web-1 by shop-web-1-green@one: image is tiny, should be new'],
    ],
    [
      'another image again: the name without color is free',
      {
        revision: wanted({ image: 'new', replicas: 1 }),
        observed: worldOf(wanted({ replicas: 1 }), { color: 'green' }),
      },
      ['replace shop-web-1-green by shop-web-1@one: image is tiny, should be new'],
    ],
    [
      'a host that is none of its hosts any more',
      { revision: wanted({ on: 'two' }), observed: world() },
      ['replace shop-web-1 by shop-web-1-green@two: host one is no longer one of its hosts'],
    ],
    [
      'more replicas: on the emptier host',
      { revision: wanted({ replicas: 3 }), observed: world({ replicas: 2, on: 'one' }) },
      ['create shop-web-3@two: missing'],
    ],
    [
      'fewer replicas',
      { revision: wanted({ replicas: 1 }), observed: world({ replicas: 3 }) },
      ['delete shop-web-2@two: there are fewer replicas now', 'delete shop-web-3@one: there are fewer replicas now'],
    ],
    [
      'a resource that is not declared any more',
      {
        revision: wanted(),
        observed: [...world(), ...worldOf(revisionOf({ ...web(), resources: { db: { image: 'pg' } } }))],
      },
      ['delete shop-db@one: its resource is no longer declared'],
    ],
    ['a deleted instance', { revision: wanted(), observed: world().slice(1) }, ['create shop-web-1@one: missing']],
    [
      'a stopped instance',
      { revision: wanted(), observed: spoilt((i) => (i.status = 'Stopped')) },
      ['start shop-web-1@one: is stopped, should be running'],
    ],
    [
      'a stopped instance of another version',
      {
        revision: wanted({ ...v('1.1.0'), replicas: 1 }),
        observed: spoilt((i) => (i.status = 'Stopped'), { replicas: 1 }),
      },
      ['update shop-web-1@one: release is shop@1.0.0, should be shop@1.1.0; is stopped, should be running'],
    ],
    [
      'half changed by an earlier operation, whatever its labels say',
      { revision: wanted(), observed: world(), dirty: ['shop-web-2'] },
      ['update shop-web-2@two: dirty: an earlier operation left it half changed'],
    ],
    [
      'left over: never proven, put aside, a canary',
      {
        revision: wanted({ replicas: 1 }),
        observed: [
          ...world({ replicas: 1 }),
          ...worldOf(wanted({ replicas: 1 }), { color: 'green', role: 'new', operation: 4 }),
          ...worldOf(wanted({ replicas: 1 }), { color: 'blue', role: 'old', operation: 3 }),
          ...worldOf(wanted({ replicas: 1 }), { color: 'canary', role: 'canary', operation: 5 }),
        ],
      },
      [
        'delete shop-web-1-blue@one: left over from operation 3',
        'delete shop-web-1-canary@one: left over from operation 5',
        'delete shop-web-1-green@one: left over from operation 4',
      ],
    ],
    [
      'put aside: what replaces the live one takes a name that is free',
      {
        revision: wanted({ replicas: 1, image: 'tiny:2' }),
        observed: [
          ...worldOf(wanted({ replicas: 1 }), { color: 'green', operation: 2 }),
          ...worldOf(wanted({ replicas: 1 }), { role: 'old' }),
        ],
      },
      [
        'replace shop-web-1-green by shop-web-1-blue@one: image is tiny, should be tiny:2',
        'delete shop-web-1@one: left over from operation 1',
      ],
    ],
    [
      'put aside, and its replacement never proven: that one makes room',
      {
        revision: wanted({ replicas: 1, image: 'tiny:2', on: 'one' }),
        observed: [
          ...worldOf(wanted({ replicas: 1 }), { color: 'green', role: 'new', operation: 2 }),
          ...worldOf(wanted({ replicas: 1 }), { role: 'old' }),
        ],
      },
      [
        'create shop-web-1-green@one: missing',
        'delete shop-web-1@one: left over from operation 1',
        'delete shop-web-1-green@one: left over from operation 2',
      ],
    ],
    [
      'put aside, under all other names: one makes room',
      {
        revision: wanted({ replicas: 1, image: 'tiny:2' }),
        observed: [
          ...worldOf(wanted({ replicas: 1 }), { color: 'green', operation: 2 }),
          ...worldOf(wanted({ replicas: 1 }), { role: 'old' }),
          ...worldOf(wanted({ replicas: 1 }), { color: 'blue', role: 'old' }),
        ],
      },
      [
        'replace shop-web-1-green by shop-web-1@one: image is tiny, should be tiny:2',
        'delete shop-web-1@one: left over from operation 1',
        'delete shop-web-1-blue@one: left over from operation 1',
      ],
    ],
    [
      'two that claim one place: the newer revision has it',
      {
        revision: wanted({ replicas: 1 }),
        observed: [
          ...worldOf(wanted({ replicas: 1 }), { color: 'green', revision: 2 }),
          ...worldOf(wanted({ replicas: 1 }), { revision: 1 }),
        ],
      },
      ['delete shop-web-1@one: another instance has taken its place'],
    ],
    [
      'in the order of dependsOn, deletions last',
      {
        revision: revisionOf({
          ...web(),
          resources: {
            web: { image: 'tiny', on: 'one', dependsOn: ['db'] },
            db: { image: 'pg', on: 'one' },
          },
        }),
        observed: worldOf(revisionOf({ ...web(), resources: { api: { image: 'tiny' } } })),
      },
      [
        'create shop-db@one: missing',
        'create shop-web@one: missing',
        'delete shop-api@one: its resource is no longer declared',
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(planned(input)).toEqual(expected)
  })

  it('spreads what leaves a host', () => {
    const hosts = Object.fromEntries(['a', 'b', 'c'].map((h) => [h, { address: `u@${h}`, platform: 'debian' }]))
    const on = (...names: string[]) => revisionOf(web({ replicas: 4, on: names }, { hosts }))
    const moved = planChanges({ revision: on('b', 'c'), observed: worldOf(on('a')) }).changes
    expect(moved.map(({ host }) => host)).toEqual(['b', 'c', 'b', 'c'])
  })
})

describe('how a change is marked', () => {
  it.each<[string, PlanInput, Part]>([
    [
      'a declared limit: while the app runs',
      { revision: wanted({ limits: { cpu: 2 } }), observed: world() },
      { action: 'update', drift: false, live: true },
    ],
    [
      'a limit changed by hand: drift',
      { revision: wanted(), observed: spoilt((i) => (i.config['limits.cpu'] = '7')) },
      { action: 'update', drift: true, live: true },
    ],
    [
      'a variable changed by hand: drift, with a restart',
      { revision: wanted(), observed: spoilt((i) => (i.config['environment.A'] = '1')) },
      { action: 'update', drift: true },
    ],
    [
      'a stop: drift',
      { revision: wanted(), observed: spoilt((i) => (i.status = 'Stopped')) },
      { action: 'start', drift: true },
    ],
    [
      'a new version: declared',
      { revision: wanted(v('2.0.0')), observed: world() },
      { action: 'update', drift: false },
    ],
    [
      'a declared host: not drift, though the digest is the same',
      { revision: wanted({ on: 'two' }), observed: world() },
      { action: 'replace', drift: false, replaces: 'shop-web-1' },
    ],
  ])('%s', (_what, input, mark) => {
    const [first] = planChanges(input).changes
    expect({ live: false, ...first }).toMatchObject({ live: false, ...mark })
  })

  it('what a plan leaves alone is told apart', () => {
    const { changes, bystanders } = planChanges({ revision: wanted(), observed: spoilt((i) => (i.status = 'Stopped')) })
    expect(changes.map(({ from }) => from?.name)).toEqual(['shop-web-1'])
    expect(bystanders.map(({ name }) => name)).toEqual(['shop-web-2'])
  })
})

describe('what is not ours', () => {
  const other = (): ObservedInstance[] => {
    const [mine] = worldOf(revisionOf({ ...web({ replicas: 1 }), name: 'shop' }))
    return mine === undefined ? [] : [{ ...mine, labels: { ...mine.labels, topology: 'other' } }]
  }

  it.each<[string, ObservedInstance[], string]>([
    ["nobody's", [foreign('shop-web-1')], "instance shop-web-1 on one exists and is not cul8er's"],
    ["another topology's", other(), 'instance shop-web-1 on one exists and belongs to topology other'],
  ])('a name that is taken: %s', (_what, observed, message) => {
    expect(() => planChanges({ revision: wanted(), observed })).toThrow(
      expect.objectContaining({ code: 'NAME_CLASH', message }) as Error,
    )
    expect(() => planChanges({ revision: wanted(), observed, force: true })).toThrow(message)
  })

  it('a copy that a person made, labels and all, is left alone, and named', () => {
    const copies = world().map((i) => ({ ...i, name: `${i.name}-backup` }))
    const renamed = world().map((i) => ({ ...i, host: 'two', name: i.name.replace('web', 'mine') }))
    const { changes, bystanders, notes } = planChanges({
      revision: wanted(),
      observed: [...world(), ...copies, ...renamed],
    })
    expect(changes).toEqual([])
    expect(bystanders).toHaveLength(2)
    expect(notes.slice(0, 1)).toEqual(['shop-web-1-backup on one has the labels of web but not its name: left alone'])
    expect(notes).toHaveLength(4)
  })

  it('nor is the edge of a topology that is called as the edge is', () => {
    const [one] = world()
    const edge = one === undefined ? [] : [{ ...one, labels: { ...one.labels, role: 'edge' as const } }]
    expect(() => planChanges({ revision: wanted(), observed: edge })).toThrow('shop-web-1 on one exists')
  })

  it('is no clash on a host that the plan does not use, nor under another name', () => {
    const observed = [foreign('shop-web-1', 'two'), foreign('shop-web-9'), foreign('db')]
    expect(planned({ revision: wanted({ replicas: 1 }), observed })).toEqual(['create shop-web-1@one: missing'])
  })
})

describe('stateful instances', () => {
  const stateful = (app: Part = {}) => wanted({ stateful: true, replicas: undefined, ...app })
  const input = { revision: stateful({ image: 'new' }), observed: worldOf(stateful()) }

  it('are not replaced', () => {
    expect(() => planChanges(input)).toThrow(
      expect.objectContaining({
        code: 'DATA_LOSS',
        message:
          'data would be lost: shop-web on one is stateful and would be replaced by shop-web-green, its data with it (image is tiny, should be new)',
        hint: expect.stringContaining('--force') as string,
      }) as Error,
    )
  })

  it('are with --force, and the plan says what that loses', () => {
    const { changes, notes } = planChanges({ ...input, force: true })
    expect(read(changes)).toEqual(['replace shop-web by shop-web-green@one: image is tiny, should be new'])
    expect(notes).toEqual(['--force: shop-web-green replaces shop-web and starts without its data'])
  })

  it.each<[string, PlanInput, string[]]>([
    [
      'are updated in place',
      { revision: stateful(v('1.1.0')), observed: worldOf(stateful()) },
      ['update shop-web@one: release is shop@1.0.0, should be shop@1.1.0'],
    ],
    [
      'are never part of a blue-green set',
      {
        revision: revisionOf(web({ stateful: true, ...v('1.1.0') }, { strategy: { approach: 'blueGreen' } })),
        observed: worldOf(stateful()),
      },
      ['update shop-web@one: release is shop@1.0.0, should be shop@1.1.0'],
    ],
  ])('%s', (_what, given, expected) => {
    expect(planned(given)).toEqual(expected)
  })
})

describe('the fingerprint', () => {
  const stable = wanted({}, {})
  const print = (observed: ObservedInstance[], over: Partial<PlanInput> = {}) =>
    planChanges({ revision: wanted(), base: stable, observed, ...over }).fingerprint
  const base = print(world())

  it.each<[string, string, string?]>([
    ['the order in which hosts answered', print(world().reverse())],
    ['an instance that is not ours', print([...world(), foreign('db')])],
    ['an address', print(spoilt((i) => (i.addresses = ['10.9.9.9'])))],
    [
      'when the stable revision was made',
      print(world(), { base: { ...stable, createdAt: '2027-01-01T00:00:00.000Z' } }),
    ],
    ['going on where a check would refuse', print(world(), { force: true })],
    ['the number of the revision that is to be', print(world(), { revision: { ...wanted(), number: 9 } })],
    [
      'the order of names',
      print(world(), { dirty: ['a', 'b'], standby: ['c', 'd'], without: ['e', 'f'] }),
      print(world(), { dirty: ['b', 'a', 'a'], standby: ['d', 'c'], without: ['f', 'e'] }),
    ],
  ])('does not depend on %s', (_what, one, other = base) => {
    expect(one).toBe(other)
  })

  it.each<[string, string]>([
    ['a stop', print(spoilt((i) => (i.status = 'Stopped')))],
    ['a limit', print(spoilt((i) => (i.config['limits.cpu'] = '9')))],
    ['a device', print(spoilt((i) => (i.devices.eth1 = { type: 'nic' })))],
    ['a label', print(spoilt((i) => (i.labels.revision = 9)))],
    ['a deletion', print(world().slice(1))],
    ['another declaration', print(world(), { revision: wanted(v('2.0.0')) })],
    ['another stable revision', print(world(), { base: { ...stable, number: 9 } })],
    ['another stable declaration', print(world(), { base: wanted(v('2.0.0')) })],
    ['no stable revision', print(world(), { base: null })],
    ['what was left half changed', print(world(), { dirty: ['shop-web-1'] })],
    ['half changed, though gone', print(world(), { dirty: ['shop-web-9'] })],
    ['what is kept', print(world(), { standby: ['shop-web-1-blue'] })],
    ['a host that is left out', print(world(), { without: ['three'] })],
  ])('says that the world moved: %s', (_what, other) => {
    expect(other).not.toBe(base)
  })

  it('tells half changed from kept', () => {
    expect(print(world(), { dirty: ['x'] })).not.toBe(print(world(), { standby: ['x'] }))
  })
})

it('a plan for people has no more than they need', () => {
  const plan = toPlan(
    'shop',
    planChanges({ revision: wanted({ limits: { cpu: 2 }, replicas: 1 }), observed: world({ replicas: 1 }) }),
  )
  expect(plan).toEqual({
    topology: 'shop',
    changes: [
      {
        action: 'update',
        resource: 'web',
        instance: 'shop-web-1',
        host: 'one',
        reasons: ['limits.cpu is unset, should be "2"'],
        drift: false,
        live: true,
      },
    ],
    empty: false,
    fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    notes: [],
  })
  expect(toPlan('shop', planChanges({ revision: wanted(), observed: world() })).empty).toBe(true)
})

it.each(['rolling', 'blueGreen'])('a tarball that was rebuilt is called that in a plan: %s', (approach) => {
  const of = (sha256: string) =>
    revisionOf(web({ deploy: { release: 'shop', version: '1.0.0' }, replicas: 2 }, { strategy: { approach } }), {
      artifacts: { 'shop@1.0.0': { sha256: sha256.repeat(64), size: 1 } },
    })
  const { changes } = planChanges({
    revision: of('b'),
    base: of('a'),
    observed: worldOf(of('a'), { color: approach === 'blueGreen' ? 'blue' : '' }),
  })
  expect(changes.map(({ reasons }) => reasons)).toEqual([
    ['rebuilt: shop 1.0.0, digest aaaaaaaaaaaa → bbbbbbbbbbbb'],
    ['rebuilt: shop 1.0.0, digest aaaaaaaaaaaa → bbbbbbbbbbbb'],
  ])
})
