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

describe('what cannot leave', () => {
  const DB = { db: { image: 'tiny', on: ALL, stateful: true }, web: { image: 'tiny', on: ALL, replicas: 3 } }
  const PIN = { pin: { image: 'tiny', on: 'one' }, web: { image: 'tiny', on: ALL, replicas: 3 } }
  it.each<[string, Part, string, string]>([
    [
      'holds data',
      DB,
      'DATA_LOSS',
      'one cannot be drained: shop-db would begin elsewhere without the data that is there',
    ],
    ['has volumes', { db: { image: 'tiny', on: ALL, volumes: { d: { path: '/d' } } } }, 'DATA_LOSS', 'shop-db would'],
    ['may be nowhere else', PIN, 'NO_ROOM', 'one cannot be drained: shop-pin may be nowhere else (`on`)'],
    [
      'is both',
      { ...DB, ...PIN },
      'DATA_LOSS',
      'shop-db would begin elsewhere without the data that is there; shop-pin',
    ],
  ])('%s: refused before anything is touched', (_, resources, code, message) => {
    expect(() => planChanges(input({}, {}, { resources }))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    )
  })

  it('stays with --force, and the rest moves', () => {
    const given = input({}, { force: true }, { resources: { ...DB, ...PIN } })
    expect(changes(given)).toEqual([LEAVES])
    expect(planChanges(given).notes).toEqual([
      'shop-db stays on one, with its data (--force)',
      'shop-pin stays on one: it may be nowhere else (--force)',
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
