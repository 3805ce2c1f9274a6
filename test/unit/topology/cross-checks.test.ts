import { describe, expect, it } from 'vitest'
import { declaration, said, withApp } from './sample.js'

const resources = (all: Record<string, object>, over: object = {}) =>
  declaration({
    resources: Object.fromEntries(Object.entries(all).map(([name, each]) => [name, { image: 'x', ...each }])),
    ...over,
  })
const hosts = (all: Record<string, [string, string]>) =>
  Object.fromEntries(Object.entries(all).map(([name, [address, platform]]) => [name, { address, platform }]))
const expose = (...ports: object[]) => ({ network: { expose: ports } })
const HTTP = { endpoint: 'http://localhost/' }
const APART = 'allowed names that still differ when _ becomes - and numbers and colors are added'

describe('names that lead nowhere', () => {
  it.each([
    [withApp({ on: 'her' }), ['resources.app.on: found "her", allowed here (did you mean here?)']],
    [withApp({ on: ['here', 'there'] }), ['resources.app.on[1]: found "there", allowed here (did you mean here?)']],
    [withApp({ on: ['here', 'here'] }), ['resources.app.on[1]: found "here" twice, allowed each name once']],
    [withApp({ dependsOn: 'db' }), ['resources.app.dependsOn: found "db", allowed nothing: there are none']],
    [withApp({ dependsOn: ['app'] }), ['resources.app.dependsOn: found the cycle app -> app, allowed no cycle']],
    [
      resources({ a: { dependsOn: 'b' }, b: { dependsOn: ['c'] }, c: { dependsOn: 'a' }, d: { dependsOn: 'a' } }),
      ['resources.a.dependsOn: found the cycle a -> b -> c -> a, allowed no cycle'],
    ],
    [
      declaration({ cluster: { name: 'c', nodes: ['apps'] } }),
      ['cluster.nodes[0]: found "apps", allowed app (did you mean app?)'],
    ],
    [resources({ a: {}, b: { dependsOn: 'a' }, c: { dependsOn: ['a', 'b'] } }), []],
  ])('%#', (written, expected) => expect(said(written)).toEqual(expected))
})

describe('hosts', () => {
  it.each([
    [{ x: ['10.0.0.1', 'debian'], y: ['10.0.0.2', 'incusos'], z: ['10.0.0.3', 'icusos'] }, []],
    [
      { x: ['locahost', 'debian'] },
      [
        `hosts.x.address: found "locahost", allowed 'localhost', 'https://host:8443', 'user@host[:port]' or a bare name (SSH) (did you mean localhost?)`,
      ],
    ],
    [
      { x: ['http://h:8443', 'icusos'] },
      [
        `hosts.x.address: found "http://h:8443", allowed 'localhost', 'https://host:8443', 'user@host[:port]' or a bare name (SSH) (did you mean https://h:8443?)`,
      ],
    ],
    [{ x: ['root@h', 'icusos'] }, [`hosts.x.address: found "root@h", allowed 'https://host:8443': icusos has no SSH`]],
    [{ x: ['root@h', 'incusos'] }, [`hosts.x.address: found "root@h", allowed 'https://host:8443': icusos has no SSH`]],
    [{ x: ['whatever', 'emulated'], y: ['localhost', 'debian'] }, []],
  ] as [Record<string, [string, string]>, string[]][])('%#', (all, expected) =>
    expect(said(declaration({ hosts: hosts(all) }))).toEqual(expected),
  )
})

describe('virtual machines run on no emulated host', () => {
  const mixed = hosts({ fake: ['x', 'emulated'], here: ['localhost', 'debian'] })
  const fake = hosts({ fake: ['x', 'emulated'] })
  const found =
    'found a virtual machine on the emulated host fake, allowed a host that runs virtual machines, or type container'
  it.each([
    [{ on: 'fake' }, mixed, [`resources.app.on: ${found}`]],
    [{ on: ['here', 'fake'] }, mixed, [`resources.app.on[1]: ${found}`]],
    [{}, fake, [`resources.app.type: ${found}`]],
    [{}, mixed, []],
    [{ on: 'here' }, mixed, []],
  ])('%#', (over, all, expected) => expect(said(withApp({ type: 'vm', ...over }, { hosts: all }))).toEqual(expected))
})

describe('instance names', () => {
  const shared = (path: string, name: string, owner: string) =>
    `resources.${path}: found the instance name "${name}", which resource ${owner} has too, ${APART}`
  it.each([
    [resources({ a_b: {}, 'a-b': {} }), [shared('a-b', 'shop-a-b', 'a_b')]],
    [resources({ app: { replicas: 2 }, 'app-1': {} }), [shared('app-1', 'shop-app-1', 'app')]],
    [resources({ my_db: {}, 'my-db': { stateful: true } }), [shared('my-db', 'shop-my-db', 'my_db')]],
    [resources({ api: { replicas: 3 }, 'api-1': {} }), [shared('api-1', 'shop-api-1', 'api')]],
    [resources({ 'api-3': {}, api: { replicas: 3 } }), [shared('api', 'shop-api-3', 'api-3')]],
    [resources({ app: { replicas: 2 }, 'app-3': {} }), []],
    [resources({ app: {}, app_canary: {} }), [shared('app_canary', 'shop-app-canary', 'app')]],
    [resources({ app: {}, 'app-blue': { replicas: 2 } }), []],
    [resources({ App: {}, app: {} }), [shared('app', 'shop-app', 'App')]],
    [
      resources({ ['r'.repeat(52)]: {} }),
      [
        `resources.${'r'.repeat(52)}: found the instance name "shop-${'r'.repeat(52)}..." of 64 characters, allowed 63 at most, for topology, resource, number and -canary`,
      ],
    ],
    [resources({ ['r'.repeat(51)]: {} }), []],
  ])('%#', (written, expected) => expect(said(written)).toEqual(expected))
})

describe('pools', () => {
  const pool = (...ports: object[]) => expose(...ports.map((port) => ({ port: 4000, as: 80, pool: 'app', ...port })))
  const https = { as: 443, protocol: 'https', certificate: { cert: 'c', key: 'k' } }
  const of = (path: string, found: string, allowed: string) => `resources.${path}: found ${found}, allowed ${allowed}`
  it.each<[string, object, string[]]>([
    ['share a port', resources({ x: pool({}), y: pool({ port: 5000 }), z: pool({}) }), []],
    ['share two', resources({ x: pool({}, https), y: pool({}, https) }), []],
    ['of one alone', resources({ x: pool({}) }), []],
    ['by TCP', resources({ x: pool({ protocol: 'tcp' }), y: pool({ protocol: 'tcp' }) }), []],
    [
      'of one resource twice',
      resources({ x: pool({}, { port: 5000 }) }),
      [
        of(
          'x.network.expose[1].as',
          'port 80 (http), beside port 80 (http) of x on host here',
          'its own port or host name',
        ),
      ],
    ],
    [
      'one in the pool, one not',
      resources({ x: pool({}), y: expose({ port: 80 }) }),
      [
        of(
          'y.network.expose[0].as',
          'port 80 (http), beside port 80 (http) of x on host here',
          'its own port or host name, or the same `pool` in both to share it',
        ),
      ],
    ],
    [
      'two pools on one port',
      resources({ x: pool({}), y: pool({ pool: 'other' }) }),
      [
        of(
          'y.network.expose[0].as',
          'port 80 (http), beside port 80 (http) of x on host here',
          'its own port or host name, or the same `pool` in both to share it',
        ),
      ],
    ],
    [
      'all that differs',
      resources({
        x: pool({ ...https, sticky: true }),
        y: pool({ ...https, host: 'A.example', certificate: { cert: 'd', key: 'k' } }),
        z: pool({ as: 443 }),
      }),
      [
        of('y.network.expose[0].host', 'a.example', 'none, the host of x in pool app'),
        of('y.network.expose[0].certificate', 'd with k', 'c with k, the certificate of x in pool app'),
        of('y.network.expose[0].sticky', 'false', 'true, the sticky of x in pool app'),
        of('z.network.expose[0].protocol', 'http', 'https, the protocol of x in pool app'),
        of('z.network.expose[0].certificate', 'none', 'c with k, the certificate of x in pool app'),
        of('z.network.expose[0].sticky', 'false', 'true, the sticky of x in pool app'),
      ],
    ],
    [
      'another public port',
      resources({ x: pool({}), y: pool({ as: 81 }) }),
      [of('y.network.expose[0].as', 'port 81', 'the public port 80 of x in pool app')],
    ],
    [
      'a public port too few',
      resources({ x: pool({}, { as: 81 }), y: pool({}) }),
      [of('y.network.expose[0].pool', 'pool app without port 81', 'the public ports 80, 81 of x in pool app')],
    ],
    ...['blueGreen', 'canary'].map((approach): [string, object, string[]] => [
      approach,
      resources({ x: pool({}) }, { strategy: { approach } }),
      [
        of(
          'x.network.expose[0].pool',
          `pool app with strategy ${approach}`,
          'a pool with strategy rolling or recreate, or no pool',
        ),
      ],
    ]),
    ['recreate', resources({ x: pool({}), y: pool({}) }, { strategy: { approach: 'recreate' } }), []],
  ])('%s', (_, written, expected) => expect(said(written)).toEqual(expected))
})

describe('ports', () => {
  const two = hosts({ a: ['localhost', 'debian'], b: ['localhost', 'debian'] })
  const at = (path: string, found: string, allowed: string) =>
    `resources.${path}.as: found ${found}, allowed ${allowed}`
  it.each([
    [
      resources({ x: expose({ port: 1, as: 80 }), y: expose({ port: 2, as: 80 }) }),
      [
        at(
          'y.network.expose[0]',
          'port 80 (http), beside port 80 (http) of x on host here',
          'its own port or host name, or the same `pool` in both to share it',
        ),
      ],
    ],
    [resources({ x: expose({ port: 80, host: 'a.example' }), y: expose({ port: 80, host: 'b.example' }) }), []],
    [resources({ x: expose({ port: 80, host: 'a.example' }), y: expose({ port: 80 }) }), []],
    [
      resources({ x: expose({ port: 80, host: 'a.example' }), y: expose({ port: 80, host: 'A.example' }) }),
      [
        at(
          'y.network.expose[0]',
          'port 80 (http, a.example), beside port 80 (http, a.example) of x on host here',
          'its own port or host name, or the same `pool` in both to share it',
        ),
      ],
    ],
    [
      resources({
        x: expose({ port: 80, protocol: 'https', host: 'a.example' }),
        y: expose({ port: 80, host: 'b.example' }),
      }),
      [
        at(
          'y.network.expose[0]',
          'port 80 (http, b.example), beside port 80 (https, a.example) of x on host here',
          'one protocol on one port',
        ),
      ],
    ],
    [
      resources({ x: expose({ port: 5432, protocol: 'tcp' }, { port: 5433, as: 5432, protocol: 'tcp' }) }),
      [at('x.network.expose[1]', 'port 5432 (tcp), beside port 5432 (tcp) of x on host here', 'its own port')],
    ],
    [
      resources({ x: expose({ port: 80 }, { port: 80, as: 81, protocol: 'tcp' }) }),
      [
        'resources.x.network.expose[1].protocol: found tcp to port 80, beside http to it at public port 80, allowed tcp alone, or http and https, to one port of an instance',
      ],
    ],
    [
      resources({
        x: expose({ port: 80 }, { port: 80, as: 443, protocol: 'https' }, { port: 81, protocol: 'tcp' }),
      }),
      [],
    ],
    [
      resources({ x: { on: 'a', ...expose({ port: 80 }) }, y: { on: 'b', ...expose({ port: 80 }) } }, { hosts: two }),
      [],
    ],
    [
      resources({ x: { on: 'a', ...expose({ port: 80 }) }, y: expose({ port: 80 }) }, { hosts: two }),
      [
        at(
          'y.network.expose[0]',
          'port 80 (http), beside port 80 (http) of x on host a',
          'its own port or host name, or the same `pool` in both to share it',
        ),
      ],
    ],
    [
      withApp(
        expose({ port: 1, protocol: 'tcp', host: 'a.example', sticky: true, certificate: { cert: 'c', key: 'k' } }),
      ),
      [
        'resources.app.network.expose[0].host: found "a.example", allowed no host with protocol tcp',
        'resources.app.network.expose[0].sticky: found true, allowed no cookie with protocol tcp',
        'resources.app.network.expose[0].certificate: found a certificate with protocol tcp, allowed one with protocol https',
      ],
    ],
  ])('%#', (written, expected) => expect(said(written)).toEqual(expected))
})

describe('times that rule each other out', () => {
  it.each([
    [
      withApp({ healthcheck: { ...HTTP, minHealthyTime: '6m' } }),
      ['resources.app.healthcheck.minHealthyTime: found 6m, allowed less than the deadline (5m)'],
    ],
    [
      withApp({ healthcheck: { ...HTTP, minHealthyTime: '1m', deadline: '1m' } }),
      ['resources.app.healthcheck.deadline: found 1m, allowed more than minHealthyTime (1m)'],
    ],
    [
      withApp({ healthcheck: { ...HTTP, timeout: '5m' } }),
      ['resources.app.healthcheck.timeout: found 5m, allowed less than the deadline (5m)'],
    ],
    [
      withApp({ healthcheck: { ...HTTP, interval: '10m', retries: 0 } }),
      ['resources.app.healthcheck.interval: found 10m, allowed less than the deadline (40s)'],
    ],
    [
      declaration({ strategy: { healthcheck: { ...HTTP, deadline: '5s', minHealthyTime: '1s' } } }),
      ['strategy.healthcheck.deadline: found 5s, allowed more than timeout (5s)'],
    ],
    [
      withApp({ healthcheck: HTTP }, { strategy: { progressDeadline: '1m' } }),
      ['strategy.progressDeadline: found 1m, allowed at least 5m, the health deadline of app'],
    ],
    [
      declaration({
        failover: { after: '4s' },
        hosts: hosts({ here: ['localhost', 'debian'], there: ['10.0.0.2', 'debian'] }),
      }),
      ['failover.after: found 4s, allowed at least 5s'],
    ],
    [declaration({ failover: {} }), ['failover: found it with one host, allowed it with several hosts']],
    [
      declaration({ strategy: { progressDeadline: '1m', drain: '2m' } }),
      ['strategy.progressDeadline: found 1m, allowed at least 2m, drain'],
    ],
    [
      declaration({ strategy: { progressDeadline: '10m', approach: 'canary' } }),
      ['strategy.progressDeadline: found 10m, allowed at least 15m, the pauses of all steps'],
    ],
    [
      declaration({
        strategy: { progressDeadline: '10m', approach: 'canary', steps: [{ weight: 10, pause: 'manual' }, 100] },
      }),
      [],
    ],
    [withApp({ healthcheck: { ...HTTP, deadline: '5m' } }, { strategy: { progressDeadline: '5m' } }), []],
    [
      declaration({ strategy: { steps: [10, 10, 5, 100] } }),
      [
        'strategy.steps[1]: found 10 after 10, allowed weights that rise from step to step',
        'strategy.steps[2]: found 5 after 10, allowed weights that rise from step to step',
      ],
    ],
  ])('%#', (written, expected) => expect(said(written)).toEqual(expected))
})
