import { describe, expect, it } from 'vitest'
import { exposureChanges } from '../../../src/plan/exposure.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { notesOf } from '../../../src/plan/notes.js'
import { planChanges } from '../../../src/plan/plan.js'
import { routesFor, withLeaving, type Member, type TrafficState } from '../../../src/plan/routes.js'
import { leavingPools, trafficNow } from '../../../src/plan/traffic-now.js'
import { liveInstance, type LiveInstance, type PlannedChange } from '../../../src/plan/planned-change.js'
import type { TopologyRoutes } from '../../../src/traffic/model.js'
import { revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const expose = (...ports: Part[]): Part => ({ network: { expose: ports } })
const HTTP = { port: 4000, as: 80, protocol: 'http' }
const exposed = (app: Part = expose(HTTP), over: Part = {}) => revisionOf(web({ replicas: 2, ...app }, over))
const blueGreen = { strategy: { approach: 'blueGreen' } }
const member = (index: number, color: Color = '', more: Partial<Member> = {}): Member => ({
  instance: `web-${index}${color && `-${color}`}`,
  resource: 'web',
  color,
  host: 'one',
  address: `10.0.0.${index}`,
  weight: 100,
  state: 'ready',
  ...more,
})

/** `port -> pool` and `pool: server*weight …`, a `!` for one that is drained. */
function words({ routes, pools }: TopologyRoutes): string[] {
  return [
    ...routes.map(({ as, protocol, host, pool }) => `${protocol} ${host ?? '*'}:${as} -> ${pool}`),
    ...pools.map(
      ({ name, protocol, sticky, servers }) =>
        `${name} (${protocol}${sticky ? ', sticky' : ''}): ${servers
          .map((s) => `${s.name}=${s.address}:${s.port}*${s.weight}${s.state === 'drain' ? '!' : ''}`)
          .join(' ')}`,
    ),
  ]
}

describe('the check of a pool', () => {
  const health = (endpoint: string, more: Part = {}) =>
    exposed({ ...expose(HTTP), healthcheck: { endpoint, ...more } }).topology
  const traffic = { members: [member(1)], active: {} }
  const http = health('http://localhost:4001/health', { expectedStatus: 204, interval: '2s', timeout: '3s' })
  const check = {
    scheme: 'http',
    port: 4001,
    path: '/health',
    expectedStatus: 204,
    intervalMs: 2_000,
    timeoutMs: 3_000,
  }

  it.each<[string, typeof http, (typeof http)[], object | undefined]>([
    ['of the app, by HTTP', http, [], check],
    ['of all that is declared alike', http, [http], check],
    ['with another path before', http, [health('http://localhost:4001/up')], undefined],
    ['with none before', http, [exposed().topology], undefined],
    ['of a resource that is new', http, [{ ...http, resources: {} }], undefined],
    ['by TCP', health('tcp://localhost:4000'), [], undefined],
    ['without any', exposed().topology, [], undefined],
  ])('%s', (_, topology, others, expected) => {
    const { pools } = routesFor(topology, 'one', traffic, others)
    expect(pools.map((pool) => pool.check)).toEqual([expected])
    expect('check' in (pools[0] ?? {})).toBe(expected !== undefined)
  })
})

describe('routes of a host', () => {
  it.each<[string, ReturnType<typeof exposed>, TrafficState, string[]]>([
    ['nobody to ask: no port', exposed(), { members: [], active: {} }, []],
    ['somebody elsewhere: no port', exposed(), { members: [member(1, '', { host: 'two' })], active: {} }, []],
    ['nothing exposed', revisionOf(web()), { members: [member(1)], active: {} }, []],
    [
      'all in one pool, with their weights',
      exposed(),
      { members: [member(1), member(2, '', { weight: 30 }), member(3, '', { state: 'drain' })], active: {} },
      [
        'http *:80 -> shop-web-4000',
        'shop-web-4000 (http): web-1=10.0.0.1:4000*100 web-2=10.0.0.2:4000*30 web-3=10.0.0.3:4000*100!',
      ],
    ],
    [
      'two public ports of one port share a pool, another port has its own',
      exposed(
        expose(
          HTTP,
          { port: 4000, as: 443, protocol: 'https', host: 'app.example.com', sticky: true },
          { port: 5432, as: 5432, protocol: 'tcp' },
        ),
      ),
      { members: [member(1)], active: {} },
      [
        'http *:80 -> shop-web-4000',
        'https app.example.com:443 -> shop-web-4000',
        'tcp *:5432 -> shop-web-5432',
        'shop-web-4000 (http, sticky): web-1=10.0.0.1:4000*100',
        'shop-web-5432 (tcp): web-1=10.0.0.1:5432*100',
      ],
    ],
    [
      'blue-green: a pool for each color, ports lead to the active one',
      exposed(expose(HTTP), blueGreen),
      { members: [member(1, 'blue'), member(1, 'green')], active: { web: 'green' } },
      [
        'http *:80 -> shop-web-4000-green',
        'shop-web-4000-green (http): web-1-green=10.0.0.1:4000*100',
        'shop-web-4000-blue (http): web-1-blue=10.0.0.1:4000*100',
      ],
    ],
    [
      'blue-green: the first set alone',
      exposed(expose(HTTP), blueGreen),
      { members: [member(1, 'blue')], active: { web: 'blue' } },
      ['http *:80 -> shop-web-4000-blue', 'shop-web-4000-blue (http): web-1-blue=10.0.0.1:4000*100'],
    ],
    [
      'blue-green: what is stateful has one pool',
      exposed({ ...expose(HTTP), stateful: true }, blueGreen),
      { members: [member(1), member(2, 'green')], active: { web: '' } },
      ['http *:80 -> shop-web-4000', 'shop-web-4000 (http): web-1=10.0.0.1:4000*100 web-2-green=10.0.0.2:4000*100'],
    ],
  ])('%s', (_what, { topology }, state, expected) => {
    expect(words(routesFor(topology, 'one', state))).toEqual(expected)
  })
})

describe('resources that share a public port', () => {
  const SHARED = { ...HTTP, pool: 'app' }
  const HEALTH = { healthcheck: { endpoint: 'http://localhost:4000/health' } }
  const shared = (a: Part = {}, b: Part = {}, over: Part = {}) =>
    revisionOf({
      name: 'shop',
      hosts: { one: { address: 'localhost', platform: 'debian' }, two: { address: 'h2', platform: 'debian' } },
      resources: {
        a: { image: 'tiny', on: 'one', ...expose(SHARED), ...a },
        b: { image: 'tiny', on: ['one', 'two'], ...expose({ ...SHARED, port: 5000 }), ...b },
      },
      ...over,
    }).topology
  const of = (resource: string, more: Partial<Member> = {}) =>
    member(1, '', { instance: `shop-${resource}`, resource, ...more })
  const leaves = [{ pool: 'shop.app.80', port: 6000 }]

  it.each<[string, Member[], string[]]>([
    [
      'one pool, each at its own port and the same weight',
      [of('a'), of('b', { address: '10.0.0.2' })],
      ['http *:80 -> shop.app.80', 'shop.app.80 (http): shop-a=10.0.0.1:4000*100 shop-b=10.0.0.2:5000*100'],
    ],
    [
      'one of them alone, drained',
      [of('b', { state: 'drain' })],
      ['http *:80 -> shop.app.80', 'shop.app.80 (http): shop-b=10.0.0.1:5000*100!'],
    ],
    ['on another host', [of('a', { host: 'two' })], []],
    [
      'one that is declared no more stays until it goes',
      [of('a'), of('c', { leaves })],
      ['http *:80 -> shop.app.80', 'shop.app.80 (http): shop-a=10.0.0.1:4000*100 shop-c=10.0.0.1:6000*100'],
    ],
    [
      'nor is it there twice where it is declared',
      [of('a'), of('b', { leaves })],
      ['http *:80 -> shop.app.80', 'shop.app.80 (http): shop-a=10.0.0.1:4000*100 shop-b=10.0.0.1:5000*100'],
    ],
  ])('%s', (_what, members, expected) => {
    expect(words(routesFor(shared(), 'one', { members, active: {} }))).toEqual(expected)
  })

  const checks = (topology: ReturnType<typeof shared>, others: (typeof topology)[] = []): boolean[] =>
    routesFor(topology, 'one', { members: [of('a'), of('b')], active: {} }, others).pools.map((pool) => 'check' in pool)
  const without = { ...shared(HEALTH, HEALTH), resources: { a: shared(HEALTH, HEALTH).resources.a! } }
  it.each<[string, boolean[], boolean]>([
    ['all declare the same', checks(shared(HEALTH, HEALTH)), true],
    ['one declares none', checks(shared(HEALTH)), false],
    ['the first declares none', checks(shared({}, HEALTH)), false],
    ['nobody declares one', checks(shared()), false],
    ['all the same before, too', checks(shared(HEALTH, HEALTH), [shared(HEALTH, HEALTH)]), true],
    ['one had none before', checks(shared(HEALTH, HEALTH), [shared(HEALTH)]), false],
    ['one is new', checks(shared(HEALTH, HEALTH), [without]), false],
    ['one that goes has another', checks(without, [shared(HEALTH)]), false],
  ])('the check: %s', (_what, found, expected) => {
    expect(found).toEqual([expected])
  })

  it('keeps what serves while another joins, and leads a port elsewhere in one step', () => {
    const alone = revisionOf(web({ ...expose({ ...HTTP, as: 81 }) })).topology
    const old = routesFor(alone, 'one', { members: [member(1)], active: {} })
    const now = routesFor(shared(), 'one', { members: [of('a'), of('b')], active: {} })
    expect(withLeaving(now, old).routes.map(({ as, pool }) => `${as} ${pool}`)).toEqual([
      '80 shop.app.80',
      '81 shop-web-4000',
    ])
    const same = routesFor(shared(), 'one', { members: [of('a', { state: 'drain' })], active: {} })
    expect(withLeaving(same, now)).toEqual(same)
  })

  it('is no longer told apart by who has one instance', () => {
    const note = (topology: ReturnType<typeof shared>): string[] => {
      const from = { resource: 'a', instance: 'shop-a', action: 'update' } as PlannedChange
      return notesOf({ ...exposed(), topology }, [from])
    }
    const alone = expect.stringContaining('a has one instance') as string
    expect(note(shared())).toEqual([])
    expect(note(shared({}, { on: 'two' }))).toEqual([alone])
    expect(note(shared({}, {}, { strategy: { approach: 'recreate' } }))).toEqual([
      'recreate takes all of pool app (a, b) out at once: its requests are refused meanwhile',
    ])
  })

  it('one that was left half changed stays out while another serves, of whichever resource', () => {
    const found = [
      { name: 'shop-a', resource: 'a' },
      { name: 'shop-b', resource: 'b' },
    ].map((each) => ({ ...each, role: 'live', color: '', host: 'one', address: '10.0.0.1' }) as LiveInstance)
    const states = (dirty: string[]) => trafficNow(shared(), found, dirty).members.map(({ state }) => state)
    expect(states(['shop-a'])).toEqual(['drain', 'ready'])
    expect(states(['shop-a', 'shop-b'])).toEqual(['ready', 'ready'])
    // A port of its own would have nobody.
    const both = shared(expose(SHARED, { port: 9000 }))
    expect(trafficNow(both, found, ['shop-a']).members[0]?.state).toBe('ready')
  })

  it('who leaves stays in the pools that are there still', () => {
    const leaving = { members: [of('b')], active: {} }
    const { b: _gone, ...resources } = shared().resources
    const after = { ...shared(), resources }
    expect(leavingPools(after, shared(), leaving)).toEqual([of('b', { leaves: [{ pool: 'shop.app.80', port: 5000 }] })])
    expect(leavingPools({ ...after, resources: {} }, shared(), leaving)).toEqual([])
  })
})

describe('the traffic before a change', () => {
  const live = (color: Color, role: 'live' | 'old' | 'new' | 'canary', app?: Part, over?: Part) =>
    worldOf(exposed(app, over), { color, role }).map(liveInstance)
  const now = (all: ReturnType<typeof live>, over: Part = {}, app: Part = expose(HTTP)) => {
    const { members, active } = trafficNow(exposed(app, over).topology, all)
    return { members: members.map(({ instance, weight, state }) => `${instance}*${weight} ${state}`), active }
  }

  it.each<[string, ReturnType<typeof now>, string[], Record<string, Color>]>([
    ['what lives, in full', now(live('', 'live')), ['shop-web-1*100 ready', 'shop-web-2*100 ready'], { web: '' }],
    ['nothing that is new or a canary', now([...live('green', 'new'), ...live('canary', 'canary')]), [], {}],
    ['nothing without an address', now(live('', 'live').map((i) => ({ ...i, address: null }))), [], { web: '' }],
    ['nothing that is not exposed', now(live('', 'live'), {}, {}), [], {}],
    [
      'blue-green: what is kept, apart',
      now([...live('green', 'live'), ...live('blue', 'old')], blueGreen),
      [
        'shop-web-1-green*100 ready',
        'shop-web-2-green*100 ready',
        'shop-web-1-blue*100 ready',
        'shop-web-2-blue*100 ready',
      ],
      { web: 'green' },
    ],
    [
      'another strategy: not what is kept, which would stand beside what lives',
      now([...live('green', 'live'), ...live('blue', 'old')]),
      ['shop-web-1-green*100 ready', 'shop-web-2-green*100 ready'],
      { web: 'green' },
    ],
  ])('%s', (_what, found, members, active) => {
    expect(found).toEqual({ members, active })
  })
})

describe('what public ports do against the declaration', () => {
  const revision = exposed()
  const state: TrafficState = { members: [member(1), member(2)], active: { web: '' } }
  const right = routesFor(revision.topology, 'one', state)
  const reasons = (current: TopologyRoutes | null, changing: string[] = []): string[] =>
    exposureChanges(revision, state, [{ host: 'one', current }], new Set(changing)).flatMap((change) => change.reasons)
  const [route, pool] = [right.routes[0]!, right.pools[0]!]

  it.each<[string, unknown[], unknown[]]>([
    ['nothing', reasons(right), []],
    ['the edge knows nothing', reasons(null), ['port 80 is closed, should route to shop-web-4000']],
    [
      'a port leads elsewhere',
      reasons({ ...right, routes: [{ ...route, pool: 'other' }] }),
      ['port 80 routes to other, should route to shop-web-4000'],
    ],
    [
      'a port speaks otherwise',
      reasons({ ...right, routes: [{ ...route, protocol: 'tcp' }] }),
      ['port 80 uses tcp, should use http'],
    ],
    [
      'a port too many',
      reasons({ ...right, routes: [route, { ...route, as: 81, host: 'a.b' }] }),
      ['port 81 of a.b is open but not declared'],
    ],
    [
      'a port whose instances have all stopped',
      exposureChanges(revision, { ...state, members: [] }, [{ host: 'one', current: right }], new Set()),
      [],
    ],
    [
      'a server gone, one at another address',
      reasons({
        ...right,
        pools: [{ ...pool, servers: pool.servers.slice(1).map((s) => ({ ...s, address: '10.9.9.9' })) }],
      }),
      [
        'web-1 in shop-web-4000 is missing, should be at 10.0.0.1:4000',
        'web-2 in shop-web-4000 is at 10.9.9.9:4000, should be at 10.0.0.2:4000',
      ],
    ],
    [
      'servers that change anyway are not named twice',
      reasons({ ...right, pools: [{ ...pool, servers: [] }] }, ['web-1', 'web-2']),
      [],
    ],
    [
      'weights are not declared',
      reasons({ ...right, pools: [{ ...pool, servers: pool.servers.map((s) => ({ ...s, weight: 1 })) }] }),
      [],
    ],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected)
  })
})

describe('what a person should know before', () => {
  const deploy = { deploy: { release: 'shop', version: '1.0.0' } }
  const newer = { deploy: { release: 'shop', version: '1.1.0' } }
  const notes = (app: Part, over: Part = {}, before: Part = {}): string[] => {
    const revision = revisionOf(web({ ...newer, ...app }, over))
    const observed = worldOf(revisionOf(web({ ...deploy, ...app, ...before }, over)))
    return notesOf(revision, planChanges({ revision, observed }).changes)
  }
  const onlyOne =
    'web has one instance: its requests are refused while it is updated (replicas: 2, or blueGreen, avoid that)'

  it.each<[string, string[], string[]]>([
    ['nothing', notes({ replicas: 2, ...expose(HTTP) }), []],
    ['the only instance is updated in place', notes({ ...expose(HTTP) }), [onlyOne]],
    ['one of one replica is the only one too', notes({ ...expose(HTTP), replicas: 1 }), [onlyOne]],
    ['the only one, but nobody asks it', notes({}), []],
    ['the only one, but blue-green', notes({ ...expose(HTTP) }, blueGreen), []],
    [
      'a certificate of our own',
      notes({ replicas: 2, ...expose({ port: 4000, as: 443, protocol: 'https' }) }),
      ['web: port 443 answers with a self-signed certificate, for development only'],
    ],
    [
      'a restore that loses what was written',
      notes({ replicas: 2 }, { strategy: { rollback: { snapshot: 'always' } } }),
      [
        "rollback.snapshot is 'always': if the update fails, what shop-web-1, shop-web-2 wrote since the snapshot is lost",
      ],
    ],
    [
      'what is deleted',
      notes({ replicas: 1 }, {}, { replicas: 6, ...newer }),
      ['deleting shop-web-2, shop-web-3, shop-web-4 and 2 more cannot be undone: its data and snapshots go too'],
    ],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected)
  })

  it('says nothing of what is only left over', () => {
    const revision = revisionOf(web())
    const [spec] = worldOf(revision, { role: 'new', color: 'green' })
    const observed = [...worldOf(revision), ...(spec === undefined ? [] : [spec])]
    const { changes } = planChanges({ revision, observed })
    expect(changes).toHaveLength(1)
    expect(notesOf(revision, changes)).toEqual([])
  })
})
