import { describe, expect, it } from 'vitest'
import { expiredGroups, expiryAgrees, remains } from '../../../src/plan/expired.js'
import type { Labels } from '../../../src/plan/model.js'
import { foreign, revisionOf, web, worldOf } from '../plan/world.js'

const AT = '2026-03-01T12:00:00.000Z'
const LATER = '2026-03-01T13:00:00.000Z'
const revision = revisionOf(web({ replicas: 2 }))
const { name } = revision.topology
const world = (...labels: Partial<Labels>[]) =>
  worldOf(revision).map((each, i) => ({ ...each, labels: { ...each.labels, ...labels[i % labels.length] } }))

describe('whether the hosts confirm an expiry', () => {
  it.each([
    ['all instances say so', world({ expires: AT }), true],
    ['one says something else', world({ expires: AT }, { expires: LATER }), false],
    ['one says nothing', world({ expires: AT }, {}), false],
    ['none says anything', world({}), false],
    ['nothing is there', [foreign(`${name}-web-1`)], null],
    ['only what is not ours is there', world({ expires: AT, topology: 'other' }), null],
  ])('%s', (_what, observed, expected) => {
    expect(expiryAgrees({ topology: name, expiresAt: AT }, observed)).toBe(expected)
  })
})

it('who is still there some time after the end of its own is told by topology, time and owner', () => {
  const groups = (nowMs: number) =>
    expiredGroups([...world({ expires: AT, owner: 'me' }, { expires: LATER }), foreign('x')], nowMs, 1_000)
  expect(groups(Date.parse(AT) + 999)).toEqual([])
  expect(groups(Date.parse(AT) + 1_000)).toEqual([
    expect.objectContaining({ topology: name, expiresAt: AT, owner: 'me', project: null }),
  ])
  expect(groups(Date.parse(LATER) + 1_000).map(({ owner, instances }) => [owner, instances.length])).toEqual([
    ['me', 1],
    [null, 1],
  ])
})

it('what is left of a topology is a state that declares nothing, with numbers above those on the labels', () => {
  const hosts = revision.topology.hosts
  const observed = world({ operation: '7', revision: 4 })
  expect(remains({ topology: name, expiresAt: AT, project: 'team', hosts }, observed)).toMatchObject({
    topology: name,
    desired: 4,
    expiresAt: AT,
    lastOperation: 7,
    lastRevision: 4,
    revisions: [{ number: 4, topology: { name, project: 'team', hosts, resources: {} } }],
  })
})
