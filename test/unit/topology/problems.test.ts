import { describe, expect, it } from 'vitest'
import { parseTopologies, parseTopology } from '../../../src/topology/parse.js'
import { declaration, problemsOf, said, withApp } from './sample.js'

const SIZE = "a size with its unit, such as '512MiB', '8GiB', '1TiB'"
const DURATION = "a duration with its unit, such as '500ms', '10s', '5m', '24h'"
const HTTP = { endpoint: 'http://localhost:4000/' }
const WEB = { expose: [{ port: 4000 }] }
const VARIABLE_WORDS = "a variable name of letters, digits and _, none of cul8er's own (CUL8ER_…)"
const strategy = (over: object) => declaration({ strategy: over })

describe('one wrong value: place, found, allowed, nearest match', () => {
  it.each([
    [withApp({ limits: { memory: 8 } }), `resources.app.limits.memory: found 8, allowed ${SIZE} (did you mean 8GiB?)`],
    [
      withApp({ limits: { disk: '10 GB' } }),
      `resources.app.limits.disk: found "10 GB", allowed ${SIZE} (did you mean 10GB?)`,
    ],
    [
      withApp({ limits: { memory: '512M' } }),
      `resources.app.limits.memory: found "512M", allowed ${SIZE} (did you mean 512MiB?)`,
    ],
    // What cannot be read as a number either.
    [
      withApp({ limits: { memory: [{ toString: '0' }] } }),
      `resources.app.limits.memory: found a list, allowed ${SIZE}`,
    ],
    [
      withApp({ limits: { memory: '0GiB' } }),
      'resources.app.limits.memory: found "0GiB", allowed a size from 1MiB to 1048576TiB',
    ],
    [withApp({ limits: { cpu: '2' } }), 'resources.app.limits.cpu: found "2", allowed a whole number from 1 to 4096'],
    [withApp({ limits: { cpu: 0.5 } }), 'resources.app.limits.cpu: found 0.5, allowed a whole number from 1 to 4096'],
    [
      withApp({ type: 'conatiner' }),
      'resources.app.type: found "conatiner", allowed container, vm (did you mean container?)',
    ],
    [
      withApp({ healthcheck: { ...HTTP, unhealthy: { restart: -1 } } }),
      'resources.app.healthcheck.unhealthy.restart: found -1, allowed a whole number from 0 to 100',
    ],
    [
      withApp({ healthcheck: { ...HTTP, unhealthy: { then: 'reboot' } } }),
      'resources.app.healthcheck.unhealthy.then: found "reboot", allowed replace, alert',
    ],
    [
      withApp({ healthcheck: { ...HTTP, unhealthy: { within: 10 } } }),
      `resources.app.healthcheck.unhealthy.within: found 10, allowed ${DURATION} (did you mean 10s?)`,
    ],
    [
      withApp({ stateful: true, healthcheck: { ...HTTP, unhealthy: { then: 'replace' } } }),
      "resources.app.healthcheck.unhealthy.then: found 'replace', for a stateful resource, allowed 'alert': a fresh instance would begin without its data",
    ],
    [withApp({ replicas: 0 }), 'resources.app.replicas: found 0, allowed a whole number from 1 to 10000'],
    [
      withApp({ replicas: { min: 1, max: 3, cooldown: '5m', target: { requests: '5/s' } }, network: WEB }),
      'resources.app.replicas.cooldown: found the unknown key "cooldown", allowed min, max, target, coolDown (did you mean coolDown?)',
    ],
    [
      withApp({ replicas: { min: 3, max: 3, target: { requests: '5/s' } }, network: WEB }),
      'resources.app.replicas.max: found 3, allowed more than min (3)',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: {} } }),
      'resources.app.replicas.target: found nothing, allowed one of cpu and requests',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { cpu: '70%', requests: '5/s' } } }),
      'resources.app.replicas.target: found cpu and requests, allowed one of cpu and requests',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { cpu: 70 } }, limits: { cpu: 1 } }),
      "resources.app.replicas.target.cpu: found 70, allowed a share of limits.cpu such as '70%', from '1%' to '100%'",
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { cpu: '70%' } } }),
      'resources.app.replicas.target.cpu: found it for app without limits.cpu, allowed it for a resource with limits.cpu',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { requests: '5/s' } } }),
      'resources.app.replicas.target.requests: found it for app, which no edge sends requests to, allowed it for a resource that exposes a port by http or https',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { requests: '5/m' } }, network: WEB }),
      'resources.app.replicas.target.requests: found "5/m", allowed requests per second and instance, such as \'200/s\'',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { requests: '5/s' }, coolDown: '1s' }, network: WEB }),
      'resources.app.replicas.coolDown: found 1s, allowed at least 10s',
    ],
    [
      withApp({ replicas: { min: 1, max: 3, target: { requests: '5/s' } }, network: WEB, stateful: true }),
      'resources.app.replicas: found it for app, which is stateful, allowed a number: fewer instances would delete data',
    ],
    [withApp({ image: '--help' }), 'resources.app.image: found "--help", allowed an image such as images:debian/12'],
    [withApp({ stateful: 'yes' }), 'resources.app.stateful: found "yes", allowed true or false'],
    [
      withApp({ deploy: { release: 'x', version: 1 } }),
      "resources.app.deploy.version: found 1, allowed a version in quotes, such as '1.0.0', of letters, digits, ., _, + and -",
    ],
    [
      withApp({ deploy: { release: '../x', version: '1' } }),
      'resources.app.deploy.release: found "../x", allowed a name of letters, digits, ., _, + and -',
    ],
    [
      withApp({ deploy: { release: 'x', version: '1', start: 'a; b' } }),
      "resources.app.deploy.start: found \"a; b\", allowed a command without quotes or shell signs, or a list of its arguments: ['bin/app', 'start']",
    ],
    [
      withApp({ network: { expose: [{ port: 70_000 }] } }),
      'resources.app.network.expose[0].port: found 70000, allowed a whole number from 1 to 65535',
    ],
    [
      withApp({ network: { expose: [{}] } }),
      'resources.app.network.expose[0].port: found nothing, allowed a whole number from 1 to 65535',
    ],
    [
      withApp({ network: { expose: { port: 1 } } }),
      'resources.app.network.expose: found a mapping, allowed a list of ports',
    ],
    [
      withApp({ healthcheck: { endpoint: 'http://example.com' } }),
      "resources.app.healthcheck.endpoint: found \"http://example.com\", allowed 'http(s)://localhost:PORT/path', 'tcp://localhost:PORT' or 'grpc(s)://localhost:PORT/service' (localhost is the instance itself)",
    ],
    [
      withApp({ healthcheck: { endpoint: 'gprc://localhost:5' } }),
      "resources.app.healthcheck.endpoint: found \"gprc://localhost:5\", allowed 'http(s)://localhost:PORT/path', 'tcp://localhost:PORT' or 'grpc(s)://localhost:PORT/service' (localhost is the instance itself) (did you mean grpc://localhost:5?)",
    ],
    [
      withApp({ healthcheck: { command: 'true' } }),
      "resources.app.healthcheck.command: found \"true\", allowed a list of arguments: ['program', 'argument']",
    ],
    [
      withApp({ environment: { 'A-B': 'x' } }),
      `resources.app.environment.A-B: found the name "A-B", allowed ${VARIABLE_WORDS}`,
    ],
    [
      withApp({ environment: { CUL8ER_RELEASE: 'x' } }),
      `resources.app.environment.CUL8ER_RELEASE: found the name "CUL8ER_RELEASE", allowed ${VARIABLE_WORDS}`,
    ],
    [
      withApp({ environment: { A: { secret: { from: 'system', key: 'CUL8ER_SEAL_KEY' } } } }),
      'resources.app.environment.A.secret.key: found "CUL8ER_SEAL_KEY", allowed a variable that is not cul8er\'s own (CUL8ER_…)',
    ],
    [
      withApp({ environment: { A: { secret: { from: 'sytem' } } } }),
      'resources.app.environment.A.secret.from: found "sytem", allowed system, file, command, vault (did you mean system?)',
    ],
    [
      withApp({ environment: { A: { secret: { from: 'file' } } } }),
      'resources.app.environment.A.secret.key: found nothing, allowed the path of the file',
    ],
    [
      withApp({ devices: { d: { path: '/x' } } }),
      "resources.app.devices.d.type: found nothing, allowed the device's type, such as disk, nic or proxy",
    ],
    [
      withApp({ memory: '1GiB' }),
      'resources.app.memory: found the unknown key "memory", allowed type, on, placement, replicas, image, limits, stateful, replicate, backup, dependsOn, network, devices, config, profiles, volumes, environment, deploy, healthcheck (did you mean resources.app.limits.memory?)',
    ],
    [
      withApp({ replica: 2 }),
      'resources.app.replica: found the unknown key "replica", allowed type, on, placement, replicas, image, limits, stateful, replicate, backup, dependsOn, network, devices, config, profiles, volumes, environment, deploy, healthcheck (did you mean replicas?)',
    ],
    [strategy({ drain: 10 }), `strategy.drain: found 10, allowed ${DURATION} (did you mean 10s?)`],
    [strategy({ drain: '-10s' }), `strategy.drain: found "-10s", allowed ${DURATION} (did you mean 10s?)`],
    [
      strategy({ progressDeadline: '0s' }),
      'strategy.progressDeadline: found "0s", allowed a duration from 1ms to ten years',
    ],
    [
      strategy({ approach: 'blue-green' }),
      'strategy.approach: found "blue-green", allowed rolling, blueGreen, canary, recreate (did you mean blueGreen?)',
    ],
    [
      strategy({ steps: [10, { weight: 101 }] }),
      'strategy.steps[1].weight: found 101, allowed a whole number from 1 to 100',
    ],
    [
      strategy({ steps: ['10'] }),
      'strategy.steps[0]: found "10", allowed a weight from 1 to 100, or { weight, pause, analysis }',
    ],
    [
      strategy({ analysis: { compare: 'stabel' } }),
      'strategy.analysis.compare: found "stabel", allowed \'stable\' or false (did you mean stable?)',
    ],
    [strategy({ analysis: { compare: true } }), "strategy.analysis.compare: found true, allowed 'stable' or false"],
    [
      strategy({ analysis: { compare: 'stable', maxSlowdownPercent: 0 } }),
      'strategy.analysis.maxSlowdownPercent: found 0, allowed a number from 1 to 1000, or false',
    ],
    [
      strategy({ steps: [{ weight: 10, pause: 'manually' }] }),
      "strategy.steps[0].pause: found \"manually\", allowed a duration such as '5m', or 'manual' (did you mean manual?)",
    ],
    [
      strategy({ rollback: { snapshot: 'sometimes' } }),
      "strategy.rollback.snapshot: found \"sometimes\", allowed true, false, 'auto', 'always' or 'never'",
    ],
    [declaration({ ttl: '-1h' }), `ttl: found "-1h", allowed ${DURATION} (did you mean 1h?)`],
    [
      declaration({ name: '9lives' }),
      'name: found "9lives", allowed a name of letters, digits, - and _, a letter first, a letter or digit last, 55 characters at most',
    ],
    [declaration({ hosts: {} }), 'hosts: found an empty mapping, allowed at least one host'],
    [
      declaration({ resources: undefined }),
      'resources: found nothing, allowed a mapping of resource names to resources',
    ],
    [
      declaration({ hosts: { here: { address: 'localhost', platform: 'debain' } } }),
      'hosts.here.platform: found "debain", allowed arch_linux, debian, ubuntu, incusos, icusos, emulated (did you mean debian?)',
    ],
    [
      declaration({ observability: { metrics: 'cluster_size' } }),
      'observability.metrics: found "cluster_size", allowed a list of names',
    ],
    [
      null,
      'found nothing (null), allowed a mapping of $schema, name, project, artifacts, hosts, resources, network, failover, drift, strategy, cluster, observability, ttl, notify, hooks',
    ],
    [
      declaration({ ttl: () => '1h' }),
      'ttl: found a function, allowed strings, numbers, true, false, lists and mappings',
    ],
    [
      withApp({ image: new Date(0) }),
      'resources.app.image: found a Date, allowed strings, numbers, true, false, lists and mappings',
    ],
  ])('%#', (written, expected) => expect(said(written)).toEqual([expected]))
})

describe('what excludes or needs each other', () => {
  it.each([
    [
      strategy({ maxParallel: 2, batchSize: 2 }),
      'strategy.batchSize: found maxParallel and batchSize, allowed one of them: they are the same',
    ],
    [
      withApp({ healthcheck: {} }),
      'resources.app.healthcheck: found neither endpoint nor command, allowed one of them',
    ],
    [
      withApp({ healthcheck: { endpoint: 'tcp://localhost:1', command: ['true'] } }),
      'resources.app.healthcheck.command: found endpoint and command, allowed one of them',
    ],
    [
      withApp({ healthcheck: { endpoint: 'tcp://localhost:1', expectedStatus: 200 } }),
      'resources.app.healthcheck.expectedStatus: found it without an http(s) endpoint, allowed it beside an http(s) endpoint only',
    ],
    [
      strategy({ healthcheck: { command: ['true'], expectedStatus: 200 } }),
      'strategy.healthcheck.expectedStatus: found it without an http(s) endpoint, allowed it beside an http(s) endpoint only',
    ],
  ])('%#', (written, expected) => expect(said(written)).toEqual([expected]))
})

it('says all of it at once, also what is wrong between sound parts beside broken ones', () => {
  const problems = problemsOf({
    name: 'shop',
    hosts: { here: { address: 'localhost', platform: 'debain' } },
    resources: {
      app: { on: 'her', limits: { memory: 8 }, network: { expose: [{ port: 80 }] } },
      web: { image: 'x', dependsOn: ['app', 'wbe'], network: { expose: [{ port: 8080, as: 80 }] }, on: 'here' },
      db: { image: 'x', network: { expose: [{ port: 5432, as: 80, protocol: 'tcp' }] }, on: ['here'] },
    },
    strategy: { steps: [50, 10], max_paralel: 2, healthcheck: { endpoint: 'nowhere', deadline: '1s' } },
    tll: '1h',
  })
  expect(problems.map(({ path, suggestion }) => [path, suggestion]).sort()).toEqual([
    ['hosts.here.platform', 'debian'],
    ['resources.app.image', undefined],
    ['resources.app.limits.memory', '8GiB'],
    ['resources.app.on', 'here'],
    ['resources.db.network.expose[0].as', undefined],
    ['resources.web.dependsOn[1]', undefined],
    ['strategy.healthcheck.endpoint', undefined],
    ['strategy.max_paralel', 'maxParallel'],
    ['strategy.steps[1]', undefined],
    ['tll', 'ttl'],
  ])
})

it('never shows what could be a secret', () => {
  const hidden = 'hunter2'
  const texts = said({
    ...withApp({ environment: { A: [hidden], B: { secret: hidden }, C: `${hidden}\0` } }),
    cluster: { name: 'c', nodes: ['app'], cookie: { secret: { from: 'file', key: [hidden] } } },
  })
  expect(texts).toHaveLength(4)
  expect(texts.join('\n')).not.toContain(hidden)
})

describe('whatever a file exports', () => {
  const circle: Record<string, unknown> = declaration()
  circle.strategy = circle
  const trap = Object.defineProperty(declaration(), 'ttl', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  it.each([
    [undefined, ''],
    [42, ''],
    ['text', ''],
    [new Map(), ''],
    [circle, 'strategy'],
    [trap, 'ttl'],
    [declaration({ hosts: JSON.parse('{"__proto__": {}}') as unknown }), 'hosts.__proto__'],
    [declaration({ hosts: [] }), 'hosts'],
  ])('%# is refused by name', (written, path) => expect(problemsOf(written).map((each) => each.path)).toContain(path))

  it('takes names that objects have anyway', () => {
    const hosts = { constructor: { address: 'localhost', platform: 'debian' } }
    const resources = { toString: { image: 'x', on: 'constructor' }, valueOf: { image: 'x', on: 'hasOwnProperty' } }
    expect(said(declaration({ hosts, resources }))).toEqual([
      'resources.valueOf.on: found "hasOwnProperty", allowed constructor',
    ])
  })
})

describe('several topologies in one file', () => {
  const paths = (written: unknown) => {
    const result = parseTopologies(written)
    return result.ok
      ? result.topologies.map(({ name }) => name)
      : result.problems.map(({ path, found }) => `${path}: ${found}`)
  }
  it.each([
    [
      [declaration(), declaration({ name: 'other' })],
      ['shop', 'other'],
    ],
    [declaration(), ['shop']],
    [[], [': an empty list']],
    [[declaration(), declaration()], ['[1].name: "shop" twice']],
    [[declaration(), declaration({ name: 'other', ttl: 5 })], ['[1].ttl: 5']],
    [
      [declaration({ resources: { 'web-app': { image: 'x' } } }), declaration({ name: 'shop-web' })],
      ['[1].resources.app: the instance name "shop-web-app", which resource web-app of topology shop has too'],
    ],
  ])('%#', (written, expected) => expect(paths(written)).toEqual(expected))
})

it('gives each problem the line that the source knows', () => {
  const result = parseTopology(withApp({ limits: { memory: 8 } }, { ttl: 5 }), {
    lineOf: (path) => (path[0] === 'ttl' ? 3 : 7),
  })
  expect(result.ok ? [] : result.problems.map(({ path, line }) => [line, path])).toEqual([
    [3, 'ttl'],
    [7, 'resources.app.limits.memory'],
  ])
})
