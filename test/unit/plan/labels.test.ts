import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryConfig, labelChanges, labelsFromConfig, labelsToConfig } from '../../../src/plan/labels.js'
import type { Labels } from '../../../src/plan/model.js'

const labels: Labels = {
  topology: 'shop',
  resource: 'web',
  index: 2,
  color: 'blue',
  revision: 4,
  digest: '0123456789abcdef',
  operation: '7',
  image: 'images:debian/12',
  release: 'shop@1.0.0',
  role: 'live',
  secrets: { KEY: 'aa' },
}

const config = {
  'user.cul8er.topology': 'shop',
  'user.cul8er.resource': 'web',
  'user.cul8er.index': '2',
  'user.cul8er.color': 'blue',
  'user.cul8er.revision': '4',
  'user.cul8er.digest': '0123456789abcdef',
  'user.cul8er.operation': '7',
  'user.cul8er.image': 'images:debian/12',
  'user.cul8er.release': 'shop@1.0.0',
  'user.cul8er.role': 'live',
  'user.cul8er.secret.KEY': 'aa',
}

describe('labels', () => {
  it('are these keys', () => {
    expect(labelsToConfig(labels)).toEqual(config)
    expect(labelsFromConfig({ ...config, 'limits.cpu': '2' })).toEqual(labels)
  })

  it('say when it is over, and who says so', () => {
    const expires = '2026-03-01T12:00:00.000Z'
    const keys = { 'user.cul8er.expires': expires, 'user.cul8er.owner': 'me' }
    expect(labelsToConfig({ ...labels, expires, owner: 'me' })).toEqual({ ...config, ...keys })
    expect(labelsFromConfig({ ...config, ...keys })).toEqual({ ...labels, expires, owner: 'me' })
    expect(labelsFromConfig({ ...config, 'user.cul8er.expires': 'soon' })).toEqual(labels)
    expect(expiryConfig(expires, 'me')).toEqual(keys)
    expect(expiryConfig(null, 'me')).toEqual({ 'user.cul8er.expires': '', 'user.cul8er.owner': '' })
  })

  it('are read as they were called before', () => {
    const { 'user.cul8er.color': color, ...rest } = config
    expect(labelsFromConfig({ ...rest, 'user.cul8er.slot': color })).toEqual(labels)
    expect(labelsFromConfig({ ...config, 'user.cul8er.slot': 'green' })).toEqual(labels)
  })

  it.each(['index', 'color', 'release'])('has no key for %s when there is none', (key) => {
    const without = labelsToConfig({ ...labels, index: null, color: '', release: null })
    expect(without).not.toHaveProperty([`user.cul8er.${key}`])
  })

  it('say stateful where it is so, and nothing where it is not or never was said', () => {
    const stateful = labelsToConfig({ ...labels, stateful: true })
    expect(stateful).toEqual({ ...config, 'user.cul8er.stateful': 'true' })
    expect(labelsFromConfig(stateful)).toEqual({ ...labels, stateful: true })
    expect(labelsToConfig({ ...labels, stateful: false })).toEqual(config)
    expect(labelsFromConfig({ ...config, 'user.cul8er.stateful': 'no' })).toEqual(labels)
    expect(labelChanges({ ...labels, stateful: true }, labels)).toEqual({ 'user.cul8er.stateful': '' })
    expect(labelChanges(labels, { ...labels, stateful: true })).toEqual({ 'user.cul8er.stateful': 'true' })
  })

  it('come back from the config as they were', () => {
    const some: fc.Arbitrary<Labels> = fc.record({
      topology: fc.string({ minLength: 1 }),
      resource: fc.string({ minLength: 1 }),
      index: fc.option(fc.nat()),
      color: fc.constantFrom('', 'blue', 'green', 'canary'),
      revision: fc.nat(),
      digest: fc.string(),
      operation: fc.string(),
      image: fc.string(),
      release: fc.option(fc.string({ minLength: 1 })),
      role: fc.constantFrom('live', 'new', 'old', 'canary', 'edge'),
      secrets: fc.dictionary(fc.stringMatching(/^[A-Z_]+$/), fc.string(), { noNullPrototype: true }),
    })
    fc.assert(
      fc.property(some, (each) => {
        expect(labelsFromConfig(labelsToConfig(each))).toEqual(each)
      }),
    )
  })

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['no resource', { 'user.cul8er.topology': 'shop' }],
    ['no topology', { 'user.cul8er.resource': 'web' }],
    ['an empty topology', { 'user.cul8er.topology': '', 'user.cul8er.resource': 'web' }],
    ["another tool's keys", { 'user.topology': 'shop', 'user.resource': 'web' }],
  ])('%s is not ours', (_what, found) => {
    expect(labelsFromConfig(found)).toBeNull()
  })

  it.each<[string, Record<string, string>, Partial<Labels>]>([
    ['index', { 'user.cul8er.index': 'two' }, { index: null }],
    ['revision', { 'user.cul8er.revision': '-1' }, { revision: 0 }],
    ['color', { 'user.cul8er.color': 'red' }, { color: '' }],
    ['role', { 'user.cul8er.role': 'king' }, { role: 'live' }],
  ])('a spoilt %s does not hide an instance', (_what, spoilt, read) => {
    expect(labelsFromConfig({ ...config, ...spoilt })).toEqual({ ...labels, ...read })
  })
})

describe('changes from labels to labels', () => {
  it.each<[string, Labels | null, Labels, Record<string, string>]>([
    ['none', labels, labels, {}],
    ['all, where there were none', null, labels, config],
    ['one value', labels, { ...labels, revision: 5 }, { 'user.cul8er.revision': '5' }],
    [
      'keys that go are emptied',
      labels,
      { ...labels, index: null, color: '', release: null, secrets: {} },
      {
        'user.cul8er.index': '',
        'user.cul8er.color': '',
        'user.cul8er.release': '',
        'user.cul8er.slot': '',
        'user.cul8er.secret.KEY': '',
      },
    ],
    [
      'another secret',
      labels,
      { ...labels, secrets: { TOKEN: 'bb' } },
      { 'user.cul8er.secret.TOKEN': 'bb', 'user.cul8er.secret.KEY': '' },
    ],
  ])('%s', (_what, from, to, changes) => {
    expect(labelChanges(from, to)).toEqual(changes)
  })
})
