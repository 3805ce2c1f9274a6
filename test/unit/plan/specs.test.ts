import { describe, expect, it } from 'vitest'
import { instanceSpec, replicaKey, replicas } from '../../../src/plan/specs.js'
import { revisionOf, web } from './world.js'

const replica = { resource: 'web', index: null }
const full = {
  limits: { cpu: 2, memory: '512MiB', disk: '10GiB' },
  environment: { GREETING: 'hello', KEY: { secret: { from: 'system' } } },
  deploy: { release: 'shop', version: '1.0.0' },
  devices: { data: { type: 'disk', source: '/srv', path: '/data' } },
}
const sealed = { 'web/KEY': { box: 'v1:a:b:c', digest: 'd1' } }
const specOf = (app: Record<string, unknown>, over: Parameters<typeof revisionOf>[1] = {}) =>
  instanceSpec(revisionOf(web(app), over), replica, 'one', '')

describe('replicas', () => {
  it.each([
    [undefined, ['web/']],
    [1, ['web/1']],
    [3, ['web/1', 'web/2', 'web/3']],
  ])('replicas %s: %j', (count, keys) => {
    expect(replicas(revisionOf(web({ replicas: count }))).map(replicaKey)).toEqual(keys)
  })
})

describe('the spec of an instance', () => {
  it('says all of it in the words of Incus, and no secret', () => {
    const spec = instanceSpec(revisionOf(web(full), { sealed }), { resource: 'web', index: 2 }, 'two', 'blue')
    expect(spec).toMatchObject({
      name: 'shop-web-2-blue',
      host: 'two',
      color: 'blue',
      project: null,
      config: { 'limits.cpu': '2', 'limits.memory': '512MiB', 'environment.GREETING': 'hello' },
      devices: { data: { type: 'disk', source: '/srv', path: '/data' }, root: { size: '10240MiB' } },
      environment: { GREETING: 'hello' },
      secrets: [{ name: 'KEY', ref: { from: 'system', key: null }, sealed: sealed['web/KEY'] }],
      release: { name: 'shop', version: '1.0.0', artifact: { size: 1_000 } },
    })
    expect(Object.keys(spec.config)).not.toContain('environment.KEY')
  })

  it('keeps what a root disk declares beside its size', () => {
    const spec = specOf({ limits: { disk: '1GiB' }, devices: { root: { type: 'disk', pool: 'fast', path: '/' } } })
    expect(spec.devices.root).toEqual({ type: 'disk', pool: 'fast', path: '/', size: '1024MiB' })
  })

  it.each([
    ['resource', () => instanceSpec(revisionOf(web()), { resource: 'db', index: null }, 'one', ''), 'no resource db'],
    ['artifact', () => specOf(full, { artifacts: {} }), 'revision 1 has no artifact for shop@1.0.0'],
  ])('an incomplete revision is a bug: no %s', (_what, make, message) => {
    expect(make).toThrow(message)
  })
})

describe('its digest', () => {
  const base = specOf(full, { sealed }).digest

  it('has 16 hex characters and is the same every time', () => {
    expect(base).toMatch(/^[0-9a-f]{16}$/)
    expect(specOf(full, { sealed }).digest).toBe(base)
  })

  it.each<[string, Record<string, unknown>]>([
    ['image', { image: 'other' }],
    ['type', { type: 'vm' }],
    ['stateful', { stateful: true }],
    ['cpu', { limits: { ...full.limits, cpu: 3 } }],
    ['memory', { limits: { ...full.limits, memory: '513MiB' } }],
    ['disk', { limits: { ...full.limits, disk: '11GiB' } }],
    ['a value', { environment: { ...full.environment, GREETING: 'hi' } }],
    ['a variable more', { environment: { ...full.environment, MORE: '1' } }],
    [
      'where a secret comes from',
      { environment: { ...full.environment, KEY: { secret: { from: 'file', key: 'k' } } } },
    ],
    ['a device', { devices: { data: { ...full.devices.data, path: '/d' } } }],
    ['version', { deploy: { release: 'shop', version: '1.0.1' } }],
    ['start command', { deploy: { ...full.deploy, start: ['bin/other'] } }],
  ])('differs with another %s', (_what, app) => {
    expect(specOf({ ...full, ...app }, { sealed }).digest).not.toBe(base)
  })

  it.each<[string, () => string]>([
    ['host', () => instanceSpec(revisionOf(web(full), { sealed }), replica, 'two', '').digest],
    ['color', () => instanceSpec(revisionOf(web(full), { sealed }), replica, 'one', 'green').digest],
    ['number', () => instanceSpec(revisionOf(web(full), { sealed }), { ...replica, index: 4 }, 'one', '').digest],
    ['replicas', () => specOf({ ...full, replicas: 5 }, { sealed }).digest],
    ['ports and checks', () => specOf({ ...full, network: { expose: [{ port: 4000 }] } }, { sealed }).digest],
    [
      'order of variables',
      () => specOf({ ...full, environment: { KEY: full.environment.KEY, GREETING: 'hello' } }, { sealed }).digest,
    ],
    ['sealing of the same value', () => specOf(full, { sealed: { 'web/KEY': { box: 'v1:x', digest: 'd1' } } }).digest],
    ['revision number', () => specOf(full, { sealed, number: 9 }).digest],
  ])('is the same with another %s', (_what, digest) => {
    expect(digest()).toBe(base)
  })

  it('differs when a secret or the tarball has another content', () => {
    const other = specOf(full, { sealed: { 'web/KEY': { box: 'v1:a:b:c', digest: 'd2' } } })
    const tarball = specOf(full, { sealed, artifacts: { 'shop@1.0.0': { sha256: 'ff', size: 1 } } })
    expect(new Set([base, other.digest, tarball.digest]).size).toBe(3)
  })
})

it.each([4e9, 10_001, 0, -1, Number.NaN])('%d replicas are refused before they take memory', (count) => {
  const revision = structuredClone(revisionOf(web()))
  Object.values(revision.topology.resources).forEach((each) => (each.replicas = count))
  expect(() => replicas(revision)).toThrow('allowed 1 to 10000')
})
