import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../src/plan/placement/facts.js'
import { questions } from '../../../src/plan/new-places.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { procedureOf } from '../../../src/strategies/procedure.js'
import { moving } from '../../../src/strategies/moving.js'
import { apply, instanceOf, read, revisionOf, web, worldOf } from './world.js'
import { instanceSpec } from '../../../src/plan/specs.js'

type Part = Record<string, unknown>

const THREE = {
  hosts: Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { address: name, platform: 'emulated' }])),
}
const ALL = ['one', 'two', 'three']
const OFF = { off: ['one'] }

/** Three hosts, a replica of web on each, host one to be emptied. */
function input(app: Part = {}, over: Partial<PlanInput> = {}, rest: Part = {}): PlanInput {
  const revision = revisionOf(web({ on: ALL, replicas: 3, ...app }, { ...THREE, ...rest }))
  return { revision, base: revision, observed: worldOf(revision), moves: OFF, ...over }
}
const changes = (given: PlanInput): string[] => read(planChanges(given).changes)
const facts = (host: string, cordoned: string | null): HostFacts => ({
  ...{ host, architectures: ['x86_64'], vms: true, silent: null, cordoned, taken: {}, rootPools: {}, instances: [] },
  total: { cpu: 4, memoryMiB: 8_192, pools: {} },
})

const EXPOSED = { network: { expose: [{ port: 4000, as: 80 }] } }
const LEAVES = 'replace shop-web-1 by shop-web-1-green@two: host one is being drained'

describe('a host that is to be emptied', () => {
  it.each<[string, PlanInput, string[]]>([
    ['gives what it has to others', input(), [LEAVES]],
    ['has nothing: nothing changes', input({ on: ['two', 'three'] }), []],
    [
      'several at once',
      input({}, { moves: { off: ['one', 'two'] } }),
      [
        'replace shop-web-1 by shop-web-1-green@three: host one is being drained',
        'replace shop-web-2 by shop-web-2-green@three: host two is being drained',
      ],
    ],
    [
      'drift and gaps elsewhere stay as they are',
      (() => {
        const given = input()
        const [first, second] = given.observed
        return { ...given, observed: [first!, { ...second!, status: 'Stopped' }] }
      })(),
      [LEAVES.replace('two', 'three')],
    ],
    [
      'a cordoned host gets none of it',
      input({}, { facts: [facts('two', 'it is cordoned'), facts('three', null)] }),
      ['replace shop-web-1 by shop-web-1-green@three: host one is being drained'],
    ],
    [
      'a set is made again whole, for public ports lead to one color',
      input({}, {}, { strategy: { approach: 'blueGreen' } }),
      [
        'replace shop-web-1 by shop-web-1-green@two: host one is being drained',
        'replace shop-web-2 by shop-web-2-green@two: its set is replaced',
        'replace shop-web-3 by shop-web-3-green@three: its set is replaced',
      ],
    ],
  ])('%s', (_, given, expected) => expect(changes(given)).toEqual(expected))

  it('is not asked what it has, and the others are', () => {
    expect(questions(input()).map(({ host }) => host)).toEqual(['two', 'three'])
  })

  it('is empty afterwards, and nothing is to be changed or moved back', () => {
    const given = input()
    const observed = apply(given.revision, planChanges(given).changes, given.observed)
    expect(observed.filter(({ host }) => host === 'one')).toEqual([])
    expect(changes({ ...given, observed })).toEqual([])
    expect(changes({ ...given, observed, moves: null })).toEqual([])
  })

  it('gives up what an operation left over there, and what is kept for a switch back; not on other hosts', () => {
    const given = input()
    const spec = (index: number, host: string, color: 'blue' | 'canary') =>
      instanceSpec(given.revision, { resource: 'web', index }, host, color)
    const observed = [
      ...given.observed,
      instanceOf(spec(1, 'one', 'blue'), { role: 'old' }),
      instanceOf(spec(2, 'two', 'blue'), { role: 'old' }),
      instanceOf(spec(1, 'one', 'canary'), { role: 'canary' }),
      instanceOf(spec(2, 'two', 'canary'), { role: 'canary' }),
    ]
    const kept = { ...given, observed, standby: ['shop-web-1-blue', 'shop-web-2-blue'] }
    expect(changes(kept)).toEqual([
      LEAVES.replace('two', 'three'),
      'delete shop-web-1-blue@one: left over from operation 1',
      'delete shop-web-1-canary@one: left over from operation 1',
    ])
  })

  it('comes up elsewhere before the old one goes, and is not baked', () => {
    const given = input(EXPOSED, {}, { strategy: { approach: 'canary', bake: '10m' } })
    const { stages, standby } = procedureOf(moving, planChanges(given), { revision: given.revision, isProven: true })
    expect(stages.map(({ name }) => name)).toEqual(['batch 1 of 1', 'verify', 'commit', 'remove'])
    expect(stages[0]?.lanes.map(({ steps }) => steps.map(({ kind }) => kind).join(' '))).toEqual([
      'create install healthy admit role drain forget retire',
    ])
    expect(standby).toEqual([])
  })

  it('keeps no set for a switch back to it', () => {
    const given = input(EXPOSED, {}, { strategy: { approach: 'blueGreen', keep: '1h' } })
    const { stages, standby } = procedureOf(moving, planChanges(given), { revision: given.revision, isProven: true })
    expect(standby).toEqual([])
    expect(stages.at(-1)?.lanes).toHaveLength(3)
  })
})

it('a failover puts nothing on a cordoned host', () => {
  const { revision, observed } = input()
  const over = { moves: null, without: ['one'], observed: observed.filter(({ host }) => host !== 'one') }
  const hosts = [facts('two', 'it is cordoned'), facts('three', null)]
  expect(changes({ ...input(), revision, ...over, facts: hosts })).toEqual([
    'create shop-web-1@three: host one is left out',
  ])
})

const DB = { db: { image: 'tiny', on: ALL, stateful: true }, web: { image: 'tiny', on: ALL, replicas: 3 } }

describe('what holds data', () => {
  const given = (over: Partial<PlanInput> = {}, db: Part = {}, rest: Part = {}) =>
    input({}, over, { resources: { ...DB, db: { ...DB.db, ...db } }, ...rest })
  const MOVES = 'move shop-db@two: host one is being drained'

  it.each<[string, Part]>([
    ['is stateful', {}],
    ['has volumes', { stateful: false, volumes: { d: { path: '/d' } } }],
  ])('%s: it moves as it is, and nothing new begins elsewhere', (_, db) => {
    const { changes: all, notes } = planChanges(given({}, db))
    expect(read(all)).toEqual([MOVES, LEAVES.replace('two', 'three')])
    expect(notes).toContain(
      'shop-db: its data is copied while the app runs; then it stops, what has changed since is copied, and it starts on the other host',
    )
  })

  it('may have a copy there from before, which is brought up to date', () => {
    const plain = given({}, { on: ['one', 'two'] })
    const [db] = plain.observed
    const copy = { ...structuredClone(db!), host: 'two', status: 'Stopped' as const }
    copy.labels = { ...db!.labels!, role: 'replica', replica: { from: 'one', at: null, snapshot: null } }
    expect(changes({ ...plain, observed: [...plain.observed, copy] })).toEqual([MOVES, LEAVES.replace('two', 'three')])
  })

  it('goes nowhere where something else has its name', () => {
    const plain = given({}, { on: ['one', 'two'] })
    const clash = (there: object) => () =>
      planChanges({ ...plain, observed: [...plain.observed, { ...structuredClone(plain.observed[0]!), ...there }] })
    const error = (message: string) =>
      expect.objectContaining({ code: 'NAME_CLASH', message: expect.stringContaining(message) as string }) as Error
    const labels = plain.observed[0]!.labels!
    expect(clash({ host: 'two', labels: null })).toThrow(error("shop-db on two exists and is not cul8er's"))
    expect(clash({ host: 'two', status: 'Stopped', labels: { ...labels, role: 'new' } })).toThrow(
      error('shop-db on two was left there by an earlier operation'),
    )
  })

  it('stops for no longer than it must: copied first, then one after another', () => {
    const two = given({ moves: { off: ['one', 'two'] } }, { replicas: 2, volumes: { d: { path: '/d' } } })
    const { stages } = procedureOf(moving, planChanges(two), { revision: two.revision, isProven: true })
    expect(stages.map(({ name }) => name)).toEqual([
      'copy data',
      'batch 1 of 2',
      'batch 2 of 2',
      'move shop-db-1 to three',
      'remove shop-db-1 from one',
      'move shop-db-2 to three',
      'remove shop-db-2 from two',
      'verify',
      'commit',
      'remove',
    ])
    expect(stages.slice(3, 5).map(({ lanes }) => lanes[0]?.steps.map(({ kind }) => kind).join(' '))).toEqual([
      'drain forget retire copy takeOver start healthy moved admit',
      'drain forget delete deleteVolume',
    ])
    expect(stages[3]?.lanes[0]).toMatchObject({ instance: 'shop-db-1', host: 'one' })
  })
})

describe('what cannot leave', () => {
  const PIN = { pin: { image: 'tiny', on: 'one' }, web: { image: 'tiny', on: ALL, replicas: 3 } }
  const here = (
    resources: Part,
    change: (db: PlanInput['observed'][number]) => object = () => ({}),
    over: object = {},
  ) => {
    const plain = input({}, over, { resources })
    const [db, ...rest] = plain.observed
    return { ...plain, observed: [{ ...db!, ...change(db!) }, ...rest] }
  }
  const old = ({ labels }: PlanInput['observed'][number]) => ({ labels: { ...labels!, role: 'old' as const } })
  it.each<[string, PlanInput, string, string]>([
    ['may be nowhere else', here(PIN), 'NO_ROOM', 'one cannot be drained: shop-pin may be nowhere else (`on`)'],
    [
      'holds data, and may be nowhere else',
      here({ ...DB, db: { ...DB.db, on: 'one' } }),
      'NO_ROOM',
      'shop-db may be nowhere else (`on`)',
    ],
    [
      'was replaced',
      here(DB, old),
      'DATA_LOSS',
      'one cannot be drained: shop-db was replaced and may hold the only copy of its data',
    ],
    [
      'is half changed',
      here(DB, undefined, { dirty: ['one/shop-db'] }),
      'DATA_LOSS',
      'shop-db holds data and was left half changed by an earlier operation',
    ],
    [
      'for several reasons',
      here({ ...DB, ...PIN }, old),
      'DATA_LOSS',
      'shop-db was replaced and may hold the only copy of its data; shop-pin may',
    ],
  ])('%s: refused before anything is touched', (_, given, code, message) => {
    expect(() => planChanges(given)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    )
  })

  it('stays with --force, and the rest moves', () => {
    const given = here({ ...DB, ...PIN }, old, { force: true })
    expect(changes(given)).toEqual([LEAVES])
    expect(planChanges(given).notes).toEqual([
      'shop-db stays on one (--force): it was replaced and may hold the only copy of its data',
      'shop-pin stays on one (--force): it may be nowhere else (`on`)',
    ])
  })

  it('has no room: refused, and with --force left there', () => {
    const full = { facts: [facts('two', 'it is cordoned'), facts('three', 'it is cordoned')] }
    expect(() => planChanges(input({}, full))).toThrow(
      expect.objectContaining({
        code: 'NO_ROOM',
        message: 'no host can have shop-web-1: two, three: it is cordoned',
        hint: expect.stringContaining('cul8er hosts uncordon two; cul8er hosts uncordon three; ') as string,
      }) as Error,
    )
    const forced = planChanges(input({}, { ...full, force: true }))
    expect(forced.changes).toEqual([])
    expect(forced.notes).toContain('shop-web-1 stays on one (--force)')
  })
})

describe('who asks its public ports', () => {
  it.each<[string, Part, string[]]>([
    ['hears no answer', {}, ['one no longer answers at port 80: clients need the addresses of two, three']],
    [
      'is led to others',
      { network: { betweenHosts: 'routed' } },
      [
        'one still answers at port 80 and leads to the others; before it goes down, clients need the addresses of two, three',
      ],
    ],
  ])('%s', (_, rest, notes) => expect(planChanges(input(EXPOSED, {}, rest)).notes).toEqual(notes))
})

describe('a rebalance says how uneven hosts are', () => {
  const notes = (gain: number, cordoned: readonly string[], on = ALL): string[] => {
    const given = input({}, { moves: { off: [], gain } })
    const observed = given.observed.map((instance, i) => ({ ...instance, host: on[i] ?? '' }))
    const all = ALL.map((host) => facts(host, cordoned.includes(host) ? 'it is cordoned' : null))
    return planChanges({ ...given, observed, facts: all }).notes
  }
  const unevenly = ['one', 'one', 'two']
  it.each([
    ['nothing to gain', notes(0, []), 'are 0 percentage points apart (instances): no move narrows that'],
    ['too little to gain', notes(90, [], unevenly), 'apart (instances), and would be 0: less than --gain 90 is gained'],
    ['enough to gain', notes(0, [], unevenly), 'are 67 percentage points apart (instances), and will be 0'],
    [
      'nobody to move to',
      notes(0, ALL),
      'fewer than two hosts may take instances: the others are cordoned or left out',
    ],
  ])('%s', (_, found, note) => {
    expect(found.join('\n')).toContain(note)
  })
})
