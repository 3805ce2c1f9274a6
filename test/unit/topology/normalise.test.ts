import { describe, expect, it } from 'vitest'
import { declaration, parsed, withApp } from './sample.js'

const app = (over: Record<string, unknown>, rest: Record<string, unknown> = {}) => {
  const resource = parsed(withApp(over, rest)).resources.app
  if (resource === undefined) throw new Error('no app')
  return resource
}
const strategy = (over: Record<string, unknown>) => parsed(declaration({ strategy: over })).strategy
const HTTP = { endpoint: 'http://localhost:4000/' }

it('fills every default in', () => {
  expect(parsed(declaration())).toEqual({
    name: 'shop',
    project: null,
    artifacts: ['./releases', '_build/prod'],
    hosts: { here: { address: 'localhost', platform: 'debian', kind: 'local', credentials: null } },
    resources: {
      app: {
        type: 'container',
        on: ['here'],
        replicas: null,
        image: 'images:debian/12',
        stateful: false,
        limits: { cpu: null, memoryMiB: null, diskMiB: null },
        expose: [],
        devices: {},
        environment: {},
        deploy: null,
        healthcheck: null,
        dependsOn: [],
      },
    },
    strategy: {
      approach: 'rolling',
      bakeMs: 0,
      hostTimeoutMs: 30_000,
      canaries: 1,
      maxParallel: 1,
      steps: [
        { weight: 10, pause: 300_000, analysis: null },
        { weight: 25, pause: 300_000, analysis: null },
        { weight: 50, pause: 300_000, analysis: null },
        { weight: 100, pause: 0, analysis: null },
      ],
      analysis: {
        maxErrorRatePercent: 1,
        maxLatencyP95Ms: null,
        compare: null,
        maxSlowdownPercent: 20,
        command: null,
        metric: null,
        minRequests: 1,
        intervalMs: 10_000,
      },
      keepMs: 600_000,
      drainMs: 30_000,
      progressDeadlineMs: 600_000,
      rollback: { onFailure: 'automatic', snapshot: 'auto', keepSnapshots: 3 },
    },
    cluster: null,
    observability: { metrics: [], events: [] },
    ttlMs: null,
  })
})

it('reads the whole file format', () => {
  const topology = parsed({
    name: 'production',
    hosts: {
      db: { address: 'deploy@10.0.1.10', platform: 'debian', credentials: { ssh: { key: '~/.ssh/deploy' } } },
      web: { address: 'https://10.0.1.20:8443', platform: 'icusos' },
    },
    resources: {
      postgres: {
        type: 'container',
        on: 'db',
        image: 'images:postgres/14',
        limits: { cpu: 4, memory: '8GiB' },
        stateful: true,
      },
      app: {
        type: 'container',
        on: ['web', 'db'],
        replicas: 2,
        image: 'images:alpine/3.19',
        limits: { cpu: 2, memory: '4GiB', disk: '10GiB' },
        network: { expose: [{ port: 4000, as: 443, protocol: 'https', host: 'app.example.com' }] },
        environment: { MIX_ENV: 'prod', SECRET_KEY_BASE: { secret: { from: 'system' } } },
        deploy: { release: 'my_app', version: '1.0.0' },
      },
    },
    strategy: {
      approach: 'rolling',
      maxParallel: 1,
      steps: [10, 25, 50, 100],
      keep: '10m',
      healthcheck: {
        endpoint: 'http://localhost:4000/health',
        interval: '10s',
        timeout: '5s',
        retries: 3,
        expectedStatus: 200,
      },
      rollback: { onFailure: 'automatic', snapshot: true },
    },
    cluster: {
      name: 'app_cluster',
      nodes: ['app'],
      discovery: { strategy: 'epmd' },
      cookie: { secret: { from: 'system', key: 'RELEASE_COOKIE' } },
    },
    observability: { metrics: ['deployment_duration', 'cluster_size'], events: ['node_joined'] },
    ttl: '24h',
  })
  expect(topology.hosts.db).toMatchObject({ kind: 'ssh', credentials: { ssh: { key: '~/.ssh/deploy' } } })
  expect(topology.hosts.web?.kind).toBe('incus')
  expect(topology.resources.postgres).toMatchObject({ on: ['db'], stateful: true, healthcheck: null })
  expect(topology.resources.app).toMatchObject({
    on: ['web', 'db'],
    replicas: 2,
    limits: { cpu: 2, memoryMiB: 4_096, diskMiB: 10_240 },
    environment: { MIX_ENV: { value: 'prod' }, SECRET_KEY_BASE: { secret: { from: 'system', key: null } } },
    deploy: { release: 'my_app', version: '1.0.0', artifact: null, start: null, stop: null },
  })
  expect(topology.resources.app?.healthcheck).toEqual({
    probe: { kind: 'http', scheme: 'http', port: 4000, path: '/health', expectedStatus: 200 },
    intervalMs: 10_000,
    timeoutMs: 5_000,
    retries: 3,
    errorLimit: 4,
    minHealthyMs: 10_000,
    deadlineMs: 85_000,
  })
  expect(topology.cluster?.cookie).toEqual({ secret: { from: 'system', key: 'RELEASE_COOKIE' } })
  expect(topology.ttlMs).toBe(86_400_000)
})

describe('health checks', () => {
  it.each([
    [{}, { intervalMs: 1_000, timeoutMs: 5_000, retries: 3, minHealthyMs: 10_000, deadlineMs: 300_000 }],
    [{ retries: 3 }, { deadlineMs: 10_000 + 30_000 + 3 * 6_000 }],
    [{ retries: 0, minHealthyTime: '0s' }, { deadlineMs: 30_000 }],
    [{ retries: 3, deadline: '2m' }, { deadlineMs: 120_000 }],
  ])('%j', (given, expected) => expect(app({ healthcheck: { ...HTTP, ...given } }).healthcheck).toMatchObject(expected))

  it.each([
    ['deploys', { deploy: { release: 'x', version: '1' } }, 4000],
    ['exposes', { network: { expose: [{ port: 80 }] } }, 4000],
    ['does neither', {}, undefined],
    ['has its own', { network: { expose: [{ port: 80 }] }, healthcheck: { endpoint: 'tcp://localhost:80' } }, 80],
  ])('the shared one where a resource %s', (_, over, port) => {
    const probe = app(over, { strategy: { healthcheck: HTTP } }).healthcheck?.probe
    expect(probe?.kind === 'command' ? probe : probe?.port).toBe(port)
  })

  it.each([
    [{}, { restart: 3, withinMs: 600_000, then: 'alert' }],
    [
      { restart: 0, within: '1h', then: 'replace' },
      { restart: 0, withinMs: 3_600_000, then: 'replace' },
    ],
  ])('what is unhealthy between operations: %j', (unhealthy, expected) =>
    expect(app({ healthcheck: { ...HTTP, unhealthy } }).healthcheck?.unhealthy).toEqual(expected),
  )

  it('without a policy there is no key for one, so that no digest changes', () =>
    expect(app({ healthcheck: HTTP }).healthcheck).not.toHaveProperty('unhealthy'))

  it('runs a command', () =>
    expect(app({ healthcheck: { command: ['pg_isready', '-q'] } }).healthcheck?.probe).toEqual({
      kind: 'command',
      command: ['pg_isready', '-q'],
    }))
})

describe('one spelling for what has several', () => {
  it.each([
    [{ batchSize: 4 }, { maxParallel: 4 }],
    [{ maxParallel: 4 }, { maxParallel: 4 }],
    [{ rollback: { snapshot: true } }, { rollback: { snapshot: 'auto' } }],
    [{ rollback: { snapshot: false } }, { rollback: { snapshot: 'never' } }],
    [{ rollback: { snapshot: 'always', onFailure: 'hold' } }, { rollback: { snapshot: 'always', onFailure: 'hold' } }],
    [
      { steps: [5, { weight: 50, pause: 'manual' }] },
      {
        steps: [
          { weight: 5, pause: 300_000 },
          { weight: 50, pause: 'manual' },
          { weight: 100, pause: 0 },
        ],
      },
    ],
    [
      { steps: [{ weight: 100, pause: '1m', analysis: { maxErrorRatePercent: false, maxLatencyP95: '250ms' } }] },
      { steps: [{ weight: 100, pause: 60_000, analysis: { maxErrorRatePercent: null, maxLatencyP95Ms: 250 } }] },
    ],
    [{ analysis: { compare: 'stable' } }, { analysis: { compare: 'stable', maxSlowdownPercent: 20 } }],
    [
      { analysis: { compare: false, maxSlowdownPercent: false } },
      { analysis: { compare: null, maxSlowdownPercent: null } },
    ],
  ])('strategy %j', (given, expected) => expect(strategy(given)).toMatchObject(expected))

  it.each([
    [{ on: 'here' }, { on: ['here'] }],
    [{ dependsOn: 'db' }, { dependsOn: ['db'] }],
    [{ environment: { PORT: 80, ON: true } }, { environment: { PORT: { value: '80' }, ON: { value: 'true' } } }],
    [{ devices: { d: { type: 'disk', size: 5 } } }, { devices: { d: { type: 'disk', size: '5' } } }],
    [
      { network: { expose: [{ port: 80, host: 'App.Example.com' }] } },
      { expose: [{ port: 80, as: 80, protocol: 'http', host: 'app.example.com', certificate: null, sticky: false }] },
    ],
    [
      { deploy: { release: 'x', version: '1', start: 'bin/x  start', stop: ['bin/x', 'stop now'] } },
      { deploy: { start: ['bin/x', 'start'], stop: ['bin/x', 'stop now'] } },
    ],
  ])('resource %j', (given, expected) => {
    const resources = { app: { image: 'x', ...given }, db: { image: 'x' } }
    expect(parsed(declaration({ resources })).resources.app).toMatchObject(expected)
  })
})

describe('the progress deadline is longer than all that may pass', () => {
  const check = { ...HTTP, deadline: '5m' }
  const resources = { app: { image: 'x', replicas: 5, healthcheck: check } }
  it.each([
    [{ maxParallel: 2 }, 2 * 3 * (300_000 + 30_000 + 60_000)],
    [{ maxParallel: 2, approach: 'blueGreen' }, 2 * 3 * 390_000 + 600_000],
    [{ maxParallel: 2, approach: 'canary', steps: [{ weight: 5, pause: 'manual' }, 50] }, 2 * 3 * 390_000 + 300_000],
    [{ progressDeadline: '1h' }, 3_600_000],
  ])('%j', (given, expected) =>
    expect(parsed(declaration({ resources, strategy: given })).strategy.progressDeadlineMs).toBe(expected),
  )
})

it('a virtual machine that names no host is not meant for emulated ones', () => {
  const hosts = { fake: { address: 'x', platform: 'emulated' }, here: { address: 'localhost', platform: 'debian' } }
  expect(app({ type: 'vm' }, { hosts }).on).toEqual(['here'])
})

it('a cookie that names no variable is RELEASE_COOKIE', () => {
  const cookie = (over: object) =>
    parsed(declaration({ cluster: { name: 'c', nodes: ['app'], ...over } })).cluster?.cookie
  expect(cookie({})).toEqual({ secret: { from: 'system', key: 'RELEASE_COOKIE' } })
  expect(cookie({ cookie: { secret: { from: 'vault' } } })).toEqual({
    secret: { from: 'vault', key: 'RELEASE_COOKIE' },
  })
  expect(cookie({ cookie: 'monster' })).toEqual({ value: 'monster' })
})
