import { describe, expect, it } from 'vitest'
import type { ReplicaRestore } from '../../../src/contracts/index.js'
import { isReplicaSnapshot, replicaSnapshot, superfluousReplicas } from '../../../src/naming/replica-snapshots.js'
import { isOurSnapshot, snapshotNameRefusal } from '../../../src/naming/snapshot-names.js'
import { labelsFromConfig, labelsToConfig } from '../../../src/plan/labels.js'
import type { ObservedInstance } from '../../../src/plan/model.js'
import { nextAt, recordOf } from '../../../src/plan/replication/age.js'
import { promotions } from '../../../src/plan/replication/promotion.js'
import { copiesGone } from '../../../src/plan/replication/removal.js'
import { replicaRows } from '../../../src/plan/replication/rows.js'
import { staleOriginals } from '../../../src/plan/replication/stale.js'
import type { Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const iso = (agoMs: number): string => new Date(NOW - agoMs).toISOString()
const MINUTE = 60_000

const hosts = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { address: `root@${name}`, platform: 'debian' }]))
const revision = (replicate: object | undefined): Revision => ({
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts,
    resources: { db: { image: 'x', on: 'a', stateful: true, ...(replicate === undefined ? {} : { replicate }) } },
  }),
  artifacts: {},
  sealed: {},
  createdAt: iso(0),
})
const declared = revision({ to: 'b', every: '5m' })

const instance = (host: string, over: Partial<ObservedInstance> = {}, labels: Record<string, string> = {}) => {
  const config = { topology: 'shop', resource: 'db', role: 'live', stateful: 'true', operation: '1', ...labels }
  const found: ObservedInstance = {
    host,
    name: 'shop-db',
    type: 'container',
    status: 'Running',
    config: {},
    devices: {},
    labels: labelsFromConfig(Object.fromEntries(Object.entries(config).map(([k, v]) => [`user.cul8er.${k}`, v]))),
    addresses: [],
    snapshots: [],
    createdAt: iso(0),
    ...over,
  }
  return found
}
const SNAPSHOT = 'replica-20260301-115800-00000001'
const copy = (host: string, labels: Record<string, string> = {}): ObservedInstance =>
  instance(
    host,
    { status: 'Stopped', snapshots: [{ name: SNAPSHOT, createdAt: iso(2 * MINUTE) }] },
    {
      role: 'replica',
      'replica.from': 'a',
      'replica.at': iso(2 * MINUTE),
      'replica.snapshot': SNAPSHOT,
      ...labels,
    },
  )

describe("snapshots of replication's own", () => {
  const name = replicaSnapshot(new Date(NOW), '0000abcd')
  it('have a name that nothing else prunes and nobody takes by hand', () => {
    expect(name).toBe('replica-20260301-120000-0000abcd')
    expect([isReplicaSnapshot(name), isOurSnapshot(name)]).toEqual([true, false])
    expect(snapshotNameRefusal(name)).toMatchObject({ code: 'USAGE' })
    expect(snapshotNameRefusal('replica-of-mine')).toBeNull()
  })
  it.each([
    [['replica-20260301-120000-00000001', 'pre-deploy-1-00000001', 'mine'], 1, []],
    [
      ['replica-20260301-120100-00000001', 'replica-20260301-120000-00000009', 'mine'],
      1,
      ['replica-20260301-120000-00000009'],
    ],
    [[], 3, []],
  ])('the oldest go: %#', (names, keep, gone) => expect(superfluousReplicas(names, keep)).toEqual(gone))
  it('but not what a copy needs', () => {
    const [old, older] = ['replica-20260301-120000-00000009', 'replica-20260301-115900-00000001']
    const all = [older, old, 'replica-20260301-120100-00000001']
    expect(superfluousReplicas(all, 1, [older, null])).toEqual([old])
  })
})

it('a copy says of itself what it is a copy of, and an instance that lives does not', () => {
  const { labels } = copy('b')
  expect(labels?.replica).toEqual({ from: 'a', at: iso(2 * MINUTE), snapshot: SNAPSHOT })
  expect(labelsFromConfig(labelsToConfig(labels!))).toEqual(labels)
  for (const none of ['nonsense', 'Jan 1 2020 (\n✔ all is well)', '2020', `${iso(0)} `])
    expect(copy('b', { 'replica.at': none }).labels?.replica?.at).toBeNull()
  expect(instance('b', {}, { 'replica.from': 'a' }).labels?.replica).toBeUndefined()
})

it.each([
  ['now', iso(0), 'current'],
  ['by a clock that is ahead a little', iso(-MINUTE), 'current'],
  ['in some years, so that no newer one would be due', '2099-01-01T00:00:00.000Z', 'missing'],
])('a copy that says it was made %s', (_what, at, state) => {
  const [row] = replicaRows(declared, [instance('a'), copy('b', { 'replica.at': at })], [], NOW)
  expect(row).toMatchObject({ state, copiedAt: state === 'missing' ? null : at })
})

describe('what is known of a copy after a round', () => {
  const times = { now: NOW, everyMs: 5 * MINUTE }
  const place = { resource: 'db', instance: 'shop-db', host: 'b' }
  const known = { ...place, since: iso(60 * MINUTE) }
  it.each([
    ['the first one', undefined, { at: iso(0) }, [], {}],
    ['one that fails at once', undefined, { failed: 'no' }, ['failed'], { failed: 'no' }],
    ['and again', { ...known, at: iso(MINUTE), failed: 'no' }, { failed: 'no' }, [], { failed: 'no', at: iso(MINUTE) }],
    ['one that works again', { ...known, failed: 'no' }, { at: iso(0) }, ['recovered'], { at: iso(0) }],
    ['just not too old', { ...known }, { at: iso(15 * MINUTE) }, [], {}],
    ['too old', { ...known }, { at: iso(15 * MINUTE + 1) }, ['late'], { late: true }],
    ['too old, while its host is away', { ...known, at: iso(16 * MINUTE) }, { failed: 'away' }, ['failed', 'late'], {}],
    ['never made, for too long', { ...known, failed: 'no' }, { failed: 'no' }, ['late'], { late: true }],
    ['known to be', { ...known, at: iso(16 * MINUTE), late: true as const }, {}, [], { late: true }],
    ['caught up', { ...known, at: iso(16 * MINUTE), late: true as const }, { at: iso(0) }, ['caughtUp'], {}],
  ])('%s', (_what, before, found, to, record) => {
    const result = recordOf(before, { ...place, ...found }, times)
    expect(result.to).toEqual(to)
    expect(result.record).toMatchObject(record)
    expect(result.record.late === true).toBe((to as string[]).includes('late') || 'late' in record)
  })
  it.each([
    ['at its time', { at: iso(MINUTE) }, 4 * MINUTE],
    ['at once when it was missed, once', { at: iso(60 * MINUTE) }, 0],
    ['soon after a failure', { at: iso(MINUTE), failed: 'no' }, MINUTE],
  ])('the next: %s', (_what, record, inMs) => expect(nextAt(record, times) - NOW).toBe(inMs))
  it('the next of what is half changed: not at once, however old the copy is', () => {
    expect(nextAt({ at: iso(60 * MINUTE) }, times, false) - NOW).toBe(5 * MINUTE)
  })
})

describe('a copy in the place of its original', () => {
  const ask = (observed: ObservedInstance[], over: object = {}) =>
    promotions({ revision: declared, observed, silent: [], host: 'b', force: false, now: NOW, ...over })
  const refusal = (observed: ObservedInstance[], over: object = {}): string => {
    try {
      ask(observed, over)
      return 'none'
    } catch (error) {
      return (error as Error).message
    }
  }
  const stopped = instance('a', { status: 'Stopped' })
  it.each([
    [[instance('a'), copy('b')], {}, /^shop-db runs on a: .* what was written since .* \(2 m\) is lost$/],
    [[copy('b')], { silent: ['a'] }, /^host a gives no answer: if shop-db still runs there, there would be two/],
    [[copy('b')], { silent: ['c'] }, /^host c gives no answer/],
    [[instance('a')], {}, /^host b has no copy of anything of shop$/],
    [[copy('b')], { host: 'bb' }, /^shop has no host bb$/],
    [[copy('b')], { resource: 'dbb' }, /^shop has no resource dbb \(did you mean db\?\)$/],
    [[copy('b', { 'replica.at': '' })], {}, /was never completed/],
    [[copy('b', { 'replica.snapshot': 'replica-gone' })], {}, /was never completed/],
  ])('is refused: %#', (observed, over, words) => expect(refusal(observed, over)).toMatch(words))
  it.each([
    ['its original is gone', [copy('b')], {}, undefined],
    ['its original is stopped', [stopped, copy('b')], {}, 'a'],
    ['its original is to be stopped', [instance('a'), copy('b')], { force: true }, 'a'],
    ['its host is said to be off', [copy('b')], { silent: ['a'], force: true }, undefined],
  ])('is live where %s', (_what, observed, over, original) => {
    const [first] = ask(observed, over)
    expect(first).toMatchObject({ at: { name: 'shop-db', host: 'b', role: 'live' }, snapshot: SNAPSHOT, from: 'a' })
    expect(first?.original?.host).toBe(original)
  })
  it('is one, the newest whole, where its original was called otherwise before', () => {
    const of = (name: string, ago: number, over: Record<string, string> = {}): ObservedInstance => ({
      ...copy('b', { 'replica.at': iso(ago), ...over }),
      name,
    })
    const names = (...observed: ObservedInstance[]): string[] => ask(observed).map(({ at }) => at.name)
    expect(names(of('shop-db', 60 * MINUTE), of('shop-db-green', MINUTE))).toEqual(['shop-db-green'])
    expect(names(of('shop-db-green', MINUTE), of('shop-db', 60 * MINUTE))).toEqual(['shop-db-green'])
    expect(names(of('shop-db', MINUTE), of('shop-db-green', 0, { 'replica.at': '' }))).toEqual(['shop-db'])
  })
})

describe('copies that are not declared any more', () => {
  const gone = (observed: ObservedInstance[], force = false) => copiesGone(revision(undefined), observed, { force })
  it('are deleted while their originals run', () => {
    expect(gone([instance('a'), copy('b')]).changes).toMatchObject([
      { action: 'delete', host: 'b', instance: 'shop-db' },
    ])
    expect(copiesGone(declared, [instance('a'), copy('b'), copy('c')], { force: false }).changes).toMatchObject([
      { host: 'c' },
    ])
  })
  it('are kept where they may be all that is left, unless forced', () => {
    expect(() => gone([copy('b')])).toThrow(/its original on a does not run/)
    expect(() => gone([instance('a', { status: 'Stopped' }), copy('b')])).toThrow(/does not run/)
    expect(gone([copy('b')], true)).toMatchObject({ changes: [{ host: 'b' }], losses: [/--force/] })
  })
})

const ON_B: ReplicaRestore[] = [{ host: 'b', operation: 2 }]
const restored = (host: string) => instance(host, {}, { restored: 'x', operation: '2' })
it.each<[string, ObservedInstance[], ReplicaRestore[], string[], string[]?]>([
  ['one that was restored on another host since', [instance('a'), restored('b')], [{ host: 'b', operation: 2 }], ['a']],
  [
    'also where the restore was of its resource alone, and something was changed since',
    [instance('a'), instance('b', {}, { restored: 'x', operation: '7' })],
    [{ host: 'b', resource: 'db', operation: 2 }],
    ['a'],
  ],
  [
    'a second one of unknown origin is left to a person',
    [instance('a'), instance('b', {}, { operation: '2' })],
    [{ host: 'b', operation: 2 }],
    [],
  ],
  [
    'nor what came after the restore',
    [instance('a', {}, { operation: '3' }), restored('b')],
    [{ host: 'b', operation: 2 }],
    [],
  ],
  ['a copy is none', [instance('a'), copy('b')], [{ host: 'b', operation: 2 }], []],
  ['a host that says so by itself stops nothing elsewhere', [instance('a'), restored('b')], [], []],
  ['nor where another host was restored', [instance('a'), restored('b')], [{ host: 'c', operation: 2 }], []],
  ['nor another resource', [instance('a'), restored('b')], [{ host: 'b', resource: 'queue', operation: 2 }], []],
  ['not where that was taken back without its host', [instance('a'), restored('b')], ON_B, [], ['b/shop-db']],
  ['nor where nobody knows how the restore ended', [instance('a'), restored('b')], ON_B, [], ['operation 2']],
  ['it may be half changed itself', [instance('a'), restored('b')], ON_B, ['a'], ['a/shop-db']],
])('a stale original: %s', (_what, observed, restores, expected, dirty = []) =>
  expect(staleOriginals('shop', observed, { restores, dirty }).map(({ host }) => host)).toEqual(expected),
)
