import { describe, expect, it } from 'vitest'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { read, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const of = (resources: Record<string, Part>, over: Part = {}): Revision =>
  revisionOf({
    ...web(),
    hosts: Object.fromEntries(['a', 'b', 'c'].map((h) => [h, { address: `u@${h}`, platform: 'debian' }])),
    resources: Object.fromEntries(Object.entries(resources).map(([name, r]) => [name, { image: 'tiny', ...r }])),
    ...over,
  })
/** What is seen without a host. */
const but = (host: string, world: ObservedInstance[]): ObservedInstance[] => world.filter((i) => i.host !== host)
const GONE = 'host b is left out: nothing is changed there, and what is there stays as it is'
const BLUE_GREEN = { strategy: { approach: 'blueGreen' } }

const web3 = of({ web: { on: ['a', 'b', 'c'], replicas: 3 } })
const web2 = of({ web: { on: ['a', 'b'], replicas: 2 } })
const db = of({ db: { on: ['a', 'b'], stateful: true } })

describe('a plan without a host', () => {
  it.each<[string, Omit<PlanInput, 'without'>, string[], string[]]>([
    [
      'a stateless replica is made on another of its hosts',
      { revision: web3, base: web3, observed: but('b', worldOf(web3)) },
      ['create shop-web-2@a: host b is left out'],
      [],
    ],
    [
      'in the color of its set',
      {
        revision: of({ web: { on: ['a', 'b'], replicas: 2 } }, BLUE_GREEN),
        base: web2,
        observed: but('b', worldOf(of({ web: { on: ['a', 'b'], replicas: 2 } }, BLUE_GREEN), { color: 'green' })),
      },
      ['create shop-web-2-green@a: host b is left out'],
      [],
    ],
    [
      'one with no other host is not made',
      { revision: of({ web: { on: 'b' } }), base: of({ web: { on: 'b' } }), observed: [] },
      [],
      ['resource web is not created: all of its hosts are left out (b)'],
    ],
    [
      'nor as part of a new set',
      {
        revision: of({ web: { on: 'a', deploy: { release: 'r', version: '2' } }, api: { on: 'b' } }, BLUE_GREEN),
        observed: worldOf(of({ web: { on: 'a', deploy: { release: 'r', version: '1' } } }), { color: 'blue' }),
      },
      ['replace shop-web-blue by shop-web-green@a: release is r@1, should be r@2'],
      ['resource api is not created: all of its hosts are left out (b)'],
    ],
    [
      'a new one is made for its own sake',
      { revision: web3, base: web2, observed: but('b', worldOf(web2)) },
      ['create shop-web-2@c: host b is left out', 'create shop-web-3@a: missing'],
      [],
    ],
    [
      'a stateful one is left where it may be',
      { revision: db, base: db, observed: [] },
      [],
      ['resource db is stateful and may be on b: it is not created elsewhere'],
    ],
    [
      'also when it had another name',
      {
        revision: of({ 'my-db': { on: ['a', 'b'], stateful: true } }),
        base: of({ my_db: { on: ['a', 'b'], stateful: true } }),
        observed: [],
      },
      [],
      ['resource my-db is stateful and may be on b: it is not created elsewhere'],
    ],
    [
      'unless its data does not count any more',
      { revision: of({ db: { on: ['a', 'b'] } }), base: db, observed: [] },
      ['create shop-db@a: host b is left out'],
      [],
    ],
    [
      'also when nothing is known of before',
      { revision: db, observed: [] },
      [],
      ['resource db is stateful and may be on b: it is not created elsewhere'],
    ],
    [
      'also when an operation that left something half changed may have made it',
      { revision: db, base: of({ web: { on: 'b' } }), dirty: ['shop-x'], observed: [] },
      [],
      [
        'resource db is stateful and may be on b: it is not created elsewhere',
        'resource web is no longer declared, but stays if it is on b',
      ],
    ],
    [
      'a stateful one that is new is made where it can be',
      {
        revision: of({ web: { on: ['a', 'b'], replicas: 2 }, db: { on: ['b', 'c'], stateful: true } }),
        base: web2,
        observed: worldOf(web2),
      },
      ['create shop-web-2@a: host b is left out', 'create shop-db@c: missing'],
      [],
    ],
    [
      'a stateful one that is elsewhere goes on as always',
      { revision: of({ db: { on: ['a', 'b'], stateful: true, limits: { cpu: 2 } } }), base: db, observed: worldOf(db) },
      ['update shop-db@a: limits.cpu is unset, should be "2"'],
      [],
    ],
    [
      'one that should move there stays, and is kept right',
      {
        revision: of({ db: { on: 'b', stateful: true, limits: { cpu: 2 } } }),
        base: of({ db: { on: 'a', stateful: true } }),
        observed: worldOf(of({ db: { on: 'a', stateful: true } })),
      },
      ['update shop-db@a: limits.cpu is unset, should be "2"'],
      ['shop-db stays on a, which is no longer one of its hosts: all of those are left out'],
    ],
    [
      'one that should move goes to another of its hosts',
      {
        revision: of({ web: { on: ['b', 'c'] } }),
        base: of({ web: { on: 'a' } }),
        observed: worldOf(of({ web: { on: 'a' } })),
      },
      ['replace shop-web by shop-web-green@c: host a is no longer one of its hosts'],
      [],
    ],
    [
      'what is not declared any more is deleted elsewhere, and stays there',
      { revision: of({ web: { on: ['a', 'b'], replicas: 1 } }), base: web2, observed: but('b', worldOf(web2)) },
      [],
      ['replica 2 of web is no longer declared, but stays if it is on b'],
    ],
  ])('%s', (_what, input, changes, notes) => {
    const plan = planChanges({ ...input, without: ['b'] })
    expect(read(plan.changes.filter((w) => w.host !== 'b' && w.from?.host !== 'b'))).toEqual(changes)
    expect(read(plan.changes)).toEqual(changes)
    expect(plan.notes).toEqual([GONE, ...notes])
  })

  it('does not go by what was seen there nevertheless', () => {
    const { changes, bystanders } = planChanges({ revision: web2, base: web2, observed: worldOf(web2), without: ['b'] })
    expect(read(changes)).toEqual(['create shop-web-2@a: host b is left out'])
    expect(bystanders.map(({ host }) => host)).toEqual(['a'])
  })

  it.each(['old', 'new'] as const)(
    'does not take a stateful instance with role %s for the one that may be there',
    (role) => {
      const observed = worldOf(db, { role })
      const { changes, notes } = planChanges({ revision: db, base: db, observed, without: ['b'] })
      expect(changes).toEqual([])
      expect(notes).toContainEqual(expect.stringContaining('it stays; --force deletes it'))
      expect(notes).toContain('resource db is stateful and may be on b: it is not created elsewhere')
    },
  )

  it('refuses to forget a stateful one by declaring it elsewhere, and does so with --force', () => {
    const moved = {
      revision: of({ db: { on: 'a', stateful: true } }),
      base: of({ db: { on: ['b', 'c'], stateful: true } }),
      observed: [],
      without: ['b'],
    }
    expect(() => planChanges(moved)).toThrow(
      expect.objectContaining({
        code: 'DATA_LOSS',
        message:
          'data would be lost: shop-db is stateful and would be created again on a, while its data may be on b, which is left out',
        hint: 'bring b back, or use --force to start without the data',
      }) as Error,
    )
    const { changes, notes } = planChanges({ ...moved, force: true })
    expect(read(changes)).toEqual(['create shop-db@a: host b is left out'])
    expect(notes).toContain('--force: shop-db is created again on a, without the data that may be on b')
  })

  it('several are named together', () => {
    const { changes, notes } = planChanges({ revision: web3, base: web3, observed: [], without: ['c', 'b', 'b'] })
    expect(read(changes)).toEqual([
      'create shop-web-1@a: hosts b, c are left out',
      'create shop-web-2@a: hosts b, c are left out',
      'create shop-web-3@a: hosts b, c are left out',
    ])
    expect(notes).toEqual(['hosts b, c are left out: nothing is changed there, and what is there stays as it is'])
  })
})

describe('once the host is back', () => {
  const next = of({ web: { on: ['a', 'b', 'c'], replicas: 3, image: 'next' } })

  it.each<[string, { then: Revision; now: Revision; operation: number }]>([
    ['what was started elsewhere stays', { then: web3, now: web3, operation: 2 }],
    ['also where a rollback did it, to a lower revision', { then: { ...next, number: 2 }, now: web3, operation: 3 }],
  ])('%s', (_what, { then, now, operation }) => {
    const [, stale] = worldOf(then, { operation: 2 })
    const [first, second, third] = worldOf(now, { operation: operation + 1 })
    const elsewhere = { ...second!, host: 'c' }
    const observed = [first!, stale!, elsewhere, third!]
    const { changes } = planChanges({ revision: now, base: now, observed })
    expect(read(changes)).toEqual(['delete shop-web-2@b: another instance has taken its place'])
  })
})

describe('a plan without the host of a copy, which may have the place of its original by now', () => {
  const copied = of({ db: { on: 'a', stateful: true, replicate: { to: 'b', every: '5m' } } })
  const aside = worldOf(copied, { role: 'old' }).map((i) => ({ ...i, status: 'Stopped' as const }))
  const changes = (input: Partial<PlanInput>): string[] =>
    read(planChanges({ revision: copied, base: copied, observed: [], without: ['b'], ...input }).changes)
  it('starts no original that was put aside for it', () => {
    expect(changes({ observed: aside })).toEqual([])
    expect(changes({ observed: aside, force: false, partly: true })).toEqual([])
  })
  it('starts it where that is forced, rather than delete it, and says what that loses', () => {
    const plan = planChanges({ revision: copied, base: copied, observed: aside, without: ['b'], force: true })
    expect(read(plan.changes)).toEqual([
      expect.stringMatching(/^start shop-db@a: .*was replaced, but its replacement is missing/),
    ])
    expect(plan.notes).toContain(
      '--force: shop-db on a comes back as it was when it was replaced, without what was written since, which may be on b',
    )
  })
  it('makes none that begins without its data', () => expect(changes({})).toEqual([]))
  it('leaves alone one that lives where it is declared', () => {
    expect(changes({ observed: worldOf(copied) })).toEqual([])
  })
  it('starts one that was put aside once the other host says that it has none', () => {
    expect(changes({ observed: aside, without: [] })).toEqual([
      expect.stringMatching(/^start shop-db@a: .*was replaced, but its replacement is missing/),
    ])
  })
  it('makes the first one, of which there can be no copy', () => {
    expect(changes({ base: null })).toEqual(['create shop-db@a: missing'])
    expect(changes({ base: web3 })).toEqual(['create shop-db@a: missing'])
  })
  it('says what it waits for', () => {
    const { notes } = planChanges({ revision: copied, base: copied, observed: aside, without: ['b'] })
    expect(notes).toContain('resource db is stateful and may be on b: it is not created elsewhere')
  })
})
