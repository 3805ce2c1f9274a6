import { describe, expect, it } from 'vitest'
import type { HostState } from '../../../../src/plan/placement/model.js'
import { GIB, host, hostsOf, place, places, refused, type Asks } from './world.js'

const abc = (over: Partial<HostState> = {}): HostState[] => ['a', 'b', 'c'].map((name) => host(name, over))
const holding = (counts: Record<string, number>): HostState['instances'] => new Map(Object.entries(counts))
const using = (cpu: number, memoryMiB: number): HostState['used'] => ({ cpu, memoryMiB, pools: {} })

describe('without limits', () => {
  it.each<[string, HostState[], Asks[], string[]]>([
    ['one host: nothing to choose', [host('a')], [{ count: 2 }], ['web-1 a', 'web-2 a']],
    [
      'replicas are spread, then in the order of hosts',
      abc(),
      [{ count: 4 }],
      [
        'web-1 a: first of equal hosts',
        'web-2 b: first of equal hosts',
        'web-3 c: fewest of web (0 instances)',
        'web-4 a: first of equal hosts',
      ],
    ],
    [
      'the fewest of the resource before the fewest of all',
      [host('a', { instances: holding({ web: 1 }) }), host('b', { instances: holding({ db: 50 }) })],
      [{}],
      ['web-1 b: fewest of web (0 instances)'],
    ],
    [
      'then the fewest of all',
      [host('a', { instances: holding({ web: 1, db: 8 }) }), host('b', { instances: holding({ web: 1, db: 4 }) })],
      [{}],
      ['web-1 b: fewest instances (5)'],
    ],
    [
      'limits of others do not matter',
      [host('a', { used: using(4, 8 * GIB) }), host('b')],
      [{}],
      ['web-1 a: first of equal hosts'],
    ],
    [
      'capacity that is not known does not matter',
      [host('a', { total: null, silent: 'no answer' }), host('b')],
      [{}],
      ['web-1 a: first of equal hosts'],
    ],
    ['the order of `on`, not of the file', abc(), [{ on: ['c', 'b'] }], ['web-1 c: first of equal hosts']],
  ])('%s', (_, hosts, asks, expected) => expect(places(place(hosts, asks))).toEqual(expected))
})

describe('with limits', () => {
  it.each<[string, HostState[], Asks[], string[]]>([
    [
      'the emptier host',
      [host('a', { used: using(2, 4 * GIB) }), host('b', { used: using(1, 2 * GIB) })],
      [{ cpu: 1, memoryMiB: GIB }],
      ['web-1 b: most room left'],
    ],
    [
      'equal scores: the fewest of all',
      [host('a', { instances: holding({ db: 1 }) }), host('b')],
      [{ cpu: 1 }],
      ['web-1 b: fewest instances (0)'],
    ],
    [
      'the only one with room',
      [host('a', { used: using(3.5, 0) }), host('b')],
      [{ cpu: 1 }],
      ['web-1 b: the only one that can have it'],
    ],
    [
      'fractions of CPUs add up exactly',
      [
        host('a', { total: { cpu: 1, memoryMiB: GIB, pools: {} } }),
        host('b', { total: { cpu: 0, memoryMiB: GIB, pools: {} } }),
      ],
      [{ cpu: 0.1, count: 10 }],
      Array.from({ length: 10 }, (_, i) => `web-${i + 1} a: the only one that can have it`),
    ],
    [
      'a host of zero capacity has room for nothing, and for what wants nothing',
      [host('a', { total: { cpu: 0, memoryMiB: 0, pools: {} } }), host('b')],
      [{ cpu: 1 }, { resource: 'db' }],
      ['web-1 b: the only one that can have it', 'db-1 a: fewest instances (0)'],
    ],
    [
      'a host without a sample comes last, and says so',
      [host('a', { total: null, silent: 'no answer' }), host('b', { used: using(3, 0) })],
      [{ cpu: 1, count: 2 }],
      ['web-1 b: what others have is not known', 'web-2 a: the only one that can have it (not known: no answer)'],
    ],
    [
      'nobody asked: as without limits',
      abc({ total: null }),
      [{ cpu: 99, count: 2 }],
      ['web-1 a: first of equal hosts', 'web-2 b: first of equal hosts'],
    ],
    [
      'more replicas than hosts',
      [host('a'), host('b')],
      [{ cpu: 1, count: 5 }],
      [
        'web-1 a: first of equal hosts',
        'web-2 b: fewest of web (0 instances)',
        'web-3 a: first of equal hosts',
        'web-4 b: fewest of web (1 instance)',
        'web-5 a: first of equal hosts',
      ],
    ],
    [
      'replicas go where there is room, however many are there',
      [
        host('a', { total: { cpu: 64, memoryMiB: GIB, pools: {} } }),
        host('b', { total: { cpu: 1, memoryMiB: GIB, pools: {} } }),
      ],
      [{ cpu: 1, count: 4 }],
      [
        'web-1 a: most room left',
        'web-2 b: fewest of web (0 instances)',
        'web-3 a: the only one that can have it',
        'web-4 a: the only one that can have it',
      ],
    ],
    [
      'the larger one first, so that it finds room',
      [host('a'), host('b', { used: using(2, 0) })],
      [{ cpu: 2 }, { resource: 'db', cpu: 4 }],
      ['web-1 b: the only one that can have it', 'db-1 a: the only one that can have it'],
    ],
    [
      'the higher priority before the larger one',
      [host('a'), host('b', { used: using(2, 0) })],
      [
        { cpu: 4, placement: { priority: 10 } },
        { resource: 'db', cpu: 2, placement: { priority: 90 } },
      ],
      ['web-1 nowhere', 'db-1 a: most room left'],
    ],
  ])('%s', (_, hosts, asks, expected) => expect(places(place(hosts, asks))).toEqual(expected))
})

describe('why a host is refused', () => {
  it.each<[string, Partial<HostState>, Asks, string]>([
    ['unreachable', { unreachable: 'no route to it' }, {}, 'no route to it'],
    ['cordoned', { cordoned: 'it is cordoned' }, {}, 'it is cordoned'],
    ['no virtual machines', { vms: false }, { type: 'vm' }, 'it cannot run virtual machines'],
    [
      'another architecture',
      { architectures: ['aarch64'] },
      { placement: { require: { labels: {}, site: null, region: null, architecture: 'x86_64' } } },
      'its architecture is aarch64, not x86_64',
    ],
    [
      'no such label',
      {},
      { placement: { require: { labels: { disk: 'ssd' }, site: null, region: null, architecture: null } } },
      'it has no label disk=ssd',
    ],
    [
      'another label',
      { labels: { disk: 'hdd' } },
      { placement: { require: { labels: { disk: 'ssd' }, site: null, region: null, architecture: null } } },
      'its label is disk=hdd, not ssd',
    ],
    [
      'another site',
      { site: 'home' },
      { placement: { require: { labels: {}, site: 'office', region: null, architecture: null } } },
      'it is not at site office',
    ],
    [
      'another region',
      { region: 'eu' },
      { placement: { require: { labels: {}, site: null, region: 'us', architecture: null } } },
      'it is not in region us',
    ],
    ['more CPUs than it has', {}, { cpu: 5 }, '5 CPUs wanted, it has 4'],
    [
      'more CPUs than it has, however far it is overcommitted',
      { overcommit: { cpu: 9, memory: 1, disk: 1 } },
      { cpu: 5 },
      '5 CPUs wanted, it has 4',
    ],
    ['fewer CPUs free', { used: using(3.75, 0) }, { cpu: 0.5 }, '0.5 CPUs wanted, 0.25 of 4 free'],
    [
      'less memory and disk free',
      { used: { cpu: 0, memoryMiB: 7 * GIB, pools: { default: 95 * GIB } } },
      { memoryMiB: 2 * GIB, diskMiB: 10 * GIB },
      '2GiB of memory wanted, 1GiB of 8GiB free, 10GiB of pool default wanted, 5GiB of 100GiB free',
    ],
    ['a reserve', { reserve: { cpu: 1, memoryMiB: 0, diskMiB: 0 } }, { cpu: 4 }, '4 CPUs wanted, 3 of 3 free'],
    ['more than all of it used', { used: using(9, 0) }, { cpu: 1 }, '1 CPU wanted, 0 of 4 free'],
  ])('%s', (_, over, asks, why) => {
    const choices = place([host('bad', over), host('good', { ...GOOD })], [asks])
    expect(refused(choices)).toEqual([`bad: ${why}`])
    expect(hostsOf(choices)).toEqual(['good'])
  })

  const GOOD: Partial<HostState> = {
    labels: { disk: 'ssd' },
    site: 'office',
    region: 'us',
    total: { cpu: 99, memoryMiB: 99 * GIB, pools: { default: 999 * GIB } },
  }

  it('all of them: it goes nowhere, and with force to the one that is refused for the least', () => {
    const hosts = [
      host('far', { unreachable: 'no answer' }),
      host('full', { used: using(4, 0) }),
      host('vms', { cordoned: 'it is cordoned' }),
    ]
    expect(places(place(hosts, [{ cpu: 1 }]))).toEqual(['web-1 nowhere'])
    const [choice] = place(hosts, [{ cpu: 1 }], true)
    expect(choice).toMatchObject({ host: 'full', forced: true })
    expect(choice?.refused.map(({ host: at }) => at)).toEqual(['far', 'full', 'vms'])
  })

  it('an overcommitted host has more to promise', () => {
    const hosts = [host('a', { overcommit: { cpu: 2, memory: 1, disk: 1 } }), host('b', { used: using(4, 0) })]
    expect(hostsOf(place(hosts, [{ cpu: 4, count: 2 }]))).toEqual(['a', 'a'])
  })

  it('its only host has room for anything, unless it says how much may be promised', () => {
    const asks: Asks[] = [{ cpu: 4, count: 3, on: ['a'] }]
    expect(hostsOf(place([host('a')], asks))).toEqual(['a', 'a', 'a'])
    const careful = host('a', { overcommit: { cpu: 2, memory: 1, disk: 1 } })
    expect(hostsOf(place([careful], asks))).toEqual(['a', 'a', null])
  })

  it('what has one host takes its room before what could go elsewhere', () => {
    const asks: Asks[] = [{ cpu: 3 }, { resource: 'db', cpu: 2, on: ['a'] }]
    expect(hostsOf(place([host('a'), host('b')], asks))).toEqual(['b', 'a'])
  })
})

describe('sites and regions', () => {
  const four = [
    host('a1', { site: 'a', region: 'x' }),
    host('a2', { site: 'a', region: 'x' }),
    host('a3', { site: 'a', region: 'x' }),
    host('b1', { site: 'b', region: 'x' }),
    host('c1', { site: 'c', region: 'y' }),
  ]
  it.each<[string, Asks, string[]]>([
    ['hosts, then sites', { count: 4 }, ['a1', 'c1', 'b1', 'a2']],
    ['sites', { count: 5, placement: { spread: 'site' } }, ['a1', 'c1', 'b1', 'c1', 'a2']],
    ['regions', { count: 4, placement: { spread: 'region' } }, ['a1', 'c1', 'b1', 'c1']],
  ])('%s', (_, asks, expected) => expect(hostsOf(place(four, [asks]))).toEqual(expected))

  it('prefers what it would like', () => {
    const prefer = { labels: { disk: 'ssd' }, site: null, region: null }
    const hosts = [host('a'), host('b', { labels: { disk: 'ssd' } })]
    expect(places(place(hosts, [{ placement: { prefer } }]))).toEqual(['web-1 b: meets most of what it prefers'])
  })
})

describe('near and apart', () => {
  const to = (resource: string, over: { within?: 'host' | 'site' | 'region'; required?: boolean } = {}) => [
    { to: resource, within: 'host' as const, required: false, ...over },
  ]
  it.each<[string, HostState[], Asks[], (string | null)[]]>([
    [
      'near to what is there',
      [host('a'), host('b', { instances: holding({ db: 1 }) })],
      [{ placement: { affinity: to('db') } }],
      ['b'],
    ],
    [
      'near to what is placed with it, which goes first',
      [host('a'), host('b')],
      [{ placement: { affinity: to('db', { required: true }) } }, { resource: 'db', on: ['b'] }],
      ['b', 'b'],
    ],
    ['near to what is nowhere: anywhere', abc(), [{ placement: { affinity: to('db', { required: true }) } }], ['a']],
    [
      'near, and there is no room',
      [host('a'), host('b', { instances: holding({ db: 1 }), used: using(4, 0) })],
      [{ cpu: 1, placement: { affinity: to('db', { required: true }) } }],
      [null],
    ],
    [
      'at the same site',
      [host('a', { site: 's' }), host('b', { site: 't' }), host('c', { site: 't', instances: holding({ db: 1 }) })],
      [{ placement: { affinity: to('db', { within: 'site', required: true }) } }],
      ['b'],
    ],
    [
      'apart from what is there',
      [host('a', { instances: holding({ db: 1 }) }), host('b', { instances: holding({ mail: 9 }) })],
      [{ placement: { antiAffinity: to('db') } }],
      ['b'],
    ],
    [
      'apart from each other, also the one that does not say so',
      [host('a'), host('b')],
      [
        { resource: 'db', cpu: 2 },
        { cpu: 1, placement: { antiAffinity: to('db', { required: true }), priority: 90 } },
      ],
      ['b', 'a'],
    ],
    [
      'replicas that must be apart, more than hosts',
      [host('a'), host('b')],
      [{ count: 3, placement: { antiAffinity: to('web', { required: true }) } }],
      ['a', 'b', null],
    ],
  ])('%s', (_, hosts, asks, expected) => expect(hostsOf(place(hosts, asks))).toEqual(expected))

  it('says what is in the way', () => {
    const hosts = [host('a', { site: 's', instances: holding({ db: 1 }) }), host('b', { site: 's' }), host('c')]
    const rule = { to: 'db', within: 'site' as const, required: true }
    expect(refused(place(hosts, [{ placement: { antiAffinity: [rule] } }]))).toEqual([
      'a: site s has db, which it must be apart from',
      'b: site s has db, which it must be apart from',
    ])
    expect(refused(place(hosts, [{ placement: { affinity: [rule] } }]))).toEqual([
      'c: it names no site and has no db to be near to',
    ])
  })
})

describe('packing', () => {
  const pack = { placement: { strategy: 'pack' as const } }
  it('uses as few hosts as possible', () => {
    const asks: Asks[] = [
      { ...pack, cpu: 1, count: 2 },
      { ...pack, resource: 'db', cpu: 3, count: 2 },
    ]
    expect(places(place(abc(), asks))).toEqual([
      'web-1 a: packed: 2 of 3 hosts in use',
      'web-2 b: packed: 2 of 3 hosts in use',
      'db-1 a: packed: 2 of 3 hosts in use',
      'db-2 b: packed: 2 of 3 hosts in use',
    ])
  })

  it('fills what is in use first', () => {
    const hosts = [host('a'), host('b', { used: using(1, 0) }), host('c', { used: using(2, 0) })]
    expect(hostsOf(place(hosts, [{ ...pack, cpu: 1, count: 3 }]))).toEqual(['c', 'c', 'b'])
  })

  it('takes the fuller host for one that prefers something, too', () => {
    const prefer = { labels: { disk: 'ssd' }, site: null, region: null }
    const hosts = [host('a'), host('b', { used: using(2, 4 * GIB) })]
    expect(hostsOf(place(hosts, [{ cpu: 1, placement: { strategy: 'pack', prefer } }]))).toEqual(['b'])
  })

  it('gives the room to the higher priority where not all have room', () => {
    const asks: Asks[] = [
      { cpu: 3, placement: { strategy: 'pack', priority: 10 } },
      { resource: 'db', cpu: 2, count: 2, placement: { strategy: 'pack', priority: 90 } },
    ]
    const hosts = [host('a'), host('b', { total: { cpu: 1, memoryMiB: GIB, pools: {} } })]
    expect(hostsOf(place(hosts, asks))).toEqual([null, 'a', 'a'])
  })
})

it('fifty hosts and a thousand instances: the same every time, evenly', () => {
  const hosts = Array.from({ length: 50 }, (_, i) =>
    host(`h${i}`, { total: { cpu: 64, memoryMiB: 256 * GIB, pools: {} } }),
  )
  const asks = Array.from({ length: 50 }, (_, i): Asks => ({
    resource: `r${i}`,
    count: 20,
    cpu: 1 + (i % 4),
    memoryMiB: 512,
  }))
  const choices = place(hosts, asks)
  const counts = new Map<string | null, number>()
  for (const { host: at } of choices) counts.set(at, (counts.get(at) ?? 0) + 1)
  expect(counts.size).toBe(50)
  expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(4)
  expect(hostsOf(place(hosts, asks))).toEqual(hostsOf(choices))
})
