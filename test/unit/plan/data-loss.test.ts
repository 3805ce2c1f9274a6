import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import type { Labels, ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { apply, read, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>
type Ours = ObservedInstance & { labels: Labels }

const STATEFUL = { image: 'pg', on: ['one', 'two'], stateful: true }
const of = (resources: Record<string, Part>, over: Part = {}, number = 2): Revision =>
  revisionOf({ ...web(), resources: resources, ...over }, { number })
const db = (app: Part = {}, name = 'db', over: Part = {}): Revision => of({ [name]: { ...STATEFUL, ...app } }, over)
const before = (app: Part = {}, name = 'db'): Revision => of({ [name]: { ...STATEFUL, ...app } }, {}, 1)
const other = of({ web: { image: 'tiny', on: 'one' } })
/** As instances were before they said that they are stateful. */
const silent = (all: Ours[]): Ours[] => all.map((i) => ({ ...i, labels: { ...i.labels, stateful: undefined } }))
const pruned = (all: Ours[], ...snapshots: string[]): Ours[] =>
  all.map((i) => ({ ...i, snapshots: snapshots.map((name) => ({ name, createdAt: '2026-01-01' })) }))

function refusal(input: PlanInput): Cul8erError {
  try {
    planChanges(input)
  } catch (error) {
    if (error instanceof Cul8erError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const STILL = 'is stateful and would be'

describe('data that a plan would lose', () => {
  it.each<[string, PlanInput, string]>([
    [
      'another image',
      { revision: db({ image: 'pg:2' }), observed: worldOf(before()) },
      `shop-db on one ${STILL} replaced by shop-db-green, its data with it (image is pg, should be pg:2)`,
    ],
    [
      'another type',
      { revision: db({ type: 'vm' }), observed: worldOf(before()) },
      `shop-db on one ${STILL} replaced by shop-db-green, its data with it (type is container, should be vm)`,
    ],
    [
      'another host',
      { revision: db({ on: 'two' }), observed: worldOf(before()) },
      `shop-db on one ${STILL} replaced by shop-db-green on two, its data with it (host one is no longer one of its hosts)`,
    ],
    [
      'a resource that is gone from the file',
      { revision: other, observed: worldOf(before()) },
      `shop-db on one ${STILL} deleted, its data with it (its resource is no longer declared)`,
    ],
    [
      'a resource that is called otherwise',
      { revision: db({}, 'data'), observed: worldOf(before()) },
      `shop-db on one ${STILL} deleted, its data with it (its resource is no longer declared)`,
    ],
    [
      'fewer replicas, each with its snapshots',
      { revision: db({ replicas: 1 }), observed: pruned(worldOf(before({ replicas: 3 })), 'a', 'b') },
      `shop-db-2 on two ${STILL} deleted, its data and 2 snapshots with it (there are fewer replicas now); ` +
        `shop-db-3 on one ${STILL} deleted, its data and 2 snapshots with it (there are fewer replicas now)`,
    ],
    [
      'replicas of what had none',
      { revision: db({ replicas: 2 }), observed: pruned(worldOf(before()), 'a') },
      `shop-db on one ${STILL} deleted, its data and a snapshot with it ` +
        '(its resource has replicas now, and the first is called shop-db-1)',
    ],
    [
      'no replicas any more',
      { revision: db(), observed: worldOf(before({ replicas: 1 })) },
      `shop-db-1 on one ${STILL} deleted, its data with it (its resource no longer has replicas)`,
    ],
    [
      'two that claim one place: the newer one would have it',
      {
        revision: db(),
        observed: [...worldOf(before()), ...worldOf(db({ limits: { cpu: 2 } }), { color: 'green' })],
      },
      `shop-db-green on one ${STILL} deleted, its data with it (another instance has taken its place)`,
    ],
    [
      'another image and not stateful any more: as labelled, not as declared now',
      {
        revision: of({ db: { image: 'pg:2', on: 'one' } }),
        observed: worldOf(before()),
      },
      `shop-db on one ${STILL} replaced by shop-db-green, its data with it (image is pg, should be pg:2)`,
    ],
    [
      'in a blue-green set',
      {
        revision: of({ db: { image: 'pg:2', on: 'one' } }, { strategy: { approach: 'blueGreen' } }),
        observed: worldOf(before()),
      },
      `shop-db on one ${STILL} replaced by shop-db-green, its data with it (image is pg, should be pg:2)`,
    ],
    [
      'a silent instance of a resource that is gone, known by the stable revision',
      { revision: other, base: before(), observed: silent(worldOf(before())) },
      `shop-db on one ${STILL} deleted, its data with it (its resource is no longer declared)`,
    ],
    [
      'a silent instance, known by what is declared now',
      { revision: db({ image: 'pg:2' }), observed: silent(worldOf(before())) },
      `shop-db on one ${STILL} replaced by shop-db-green, its data with it (image is pg, should be pg:2)`,
    ],
  ])('%s', (_what, input, message) => {
    const error = refusal(input)
    expect(error.code).toBe('DATA_LOSS')
    expect(error.message).toBe(`data would be lost: ${message}`)
    expect(error.hint).toContain('--force')
    const forced = planChanges({ ...input, force: true })
    expect(forced.notes.filter((note) => note.startsWith('--force: '))).toHaveLength(message.split('; ').length)
  })

  it('is all named at once, for programs too', () => {
    const observed = [...pruned(worldOf(before()), 'mine'), ...worldOf(before({}, 'kv')), ...worldOf(before({}, 'mq'))]
    const revision = of({ db: { ...STATEFUL, image: 'pg:2' }, mq: STATEFUL })
    const { message, hint, details } = refusal({ revision, observed })
    expect(message).toContain('shop-db on one')
    expect(message).toContain('shop-kv on one')
    expect(message).not.toContain('shop-mq')
    expect(hint).toBe(
      'keep its image, type and host, or move the data yourself and use --force; ' +
        'declare it by its old name and number, or move the data yourself and use --force',
    )
    expect(details).toEqual({
      instances: [
        {
          instance: 'shop-db',
          host: 'one',
          resource: 'db',
          action: 'replace',
          reasons: ['image is pg, should be pg:2'],
          snapshots: ['mine'],
        },
        {
          instance: 'shop-kv',
          host: 'one',
          resource: 'kv',
          action: 'delete',
          reasons: ['its resource is no longer declared'],
          snapshots: [],
        },
      ],
    })
  })

  it('a silent instance of which nothing is known to be stateful is not in the way', () => {
    const observed = silent(worldOf(before()))
    expect(read(planChanges({ revision: other, base: other, observed }).changes)).toEqual([
      'create shop-web@one: missing',
      'delete shop-db@one: its resource is no longer declared',
    ])
  })

  it.each<[string, PlanInput, string[]]>([
    ['a silent instance is no drift', { revision: db(), base: db(), observed: silent(worldOf(db())) }, []],
    [
      'stateful no more is an update in place',
      { revision: of({ db: { image: 'pg', on: 'one' } }), observed: worldOf(before()) },
      ['update shop-db@one: its declaration changed'],
    ],
    [
      'stateless instances go as before',
      { revision: other, observed: worldOf(of({ api: { image: 'tiny', replicas: 2, on: 'one' } })) },
      [
        'create shop-web@one: missing',
        'delete shop-api-1@one: its resource is no longer declared',
        'delete shop-api-2@one: its resource is no longer declared',
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(read(planChanges(input).changes)).toEqual(expected)
  })
})

describe('a resource with another name that is the same to Incus', () => {
  const api = (name: string, app: Part = {}, over: Part = {}, number = 2) =>
    of({ [name]: { image: 'tiny', on: 'one', ...app } }, over, number)

  it.each<[string, PlanInput, string[]]>([
    [
      'keeps its instance',
      { revision: db({}, 'my-db'), observed: worldOf(before({}, 'my_db')) },
      ['update shop-my-db@one: resource my_db is now called my-db'],
    ],
    [
      'keeps its replicas',
      { revision: db({ replicas: 2 }, 'My_Db'), observed: worldOf(before({ replicas: 2 }, 'my-db')) },
      [
        'update shop-my-db-1@one: resource my-db is now called My_Db',
        'update shop-my-db-2@two: resource my-db is now called My_Db',
      ],
    ],
    [
      'becomes a replica',
      { revision: db({ replicas: 2 }, 'api'), observed: worldOf(before({}, 'api-1')) },
      ['update shop-api-1@one: resource api-1 is now replica 1 of api', 'create shop-api-2@two: missing'],
    ],
    [
      'was a replica',
      { revision: of({ 'api-1': STATEFUL, 'api-2': STATEFUL }), observed: worldOf(before({ replicas: 2 }, 'api')) },
      [
        'update shop-api-1@one: replica 1 of api is now resource api-1',
        'update shop-api-2@two: replica 2 of api is now resource api-2',
      ],
    ],
    [
      'keeps its instance when it changes otherwise too',
      { revision: db({ environment: { A: '1' } }, 'my-db'), observed: worldOf(before({}, 'my_db')) },
      ['update shop-my-db@one: resource my_db is now called my-db; environment.A is unset, should be "1"'],
    ],
    [
      'keeps its blue-green set',
      {
        revision: api('my-api', { replicas: 2 }, { strategy: { approach: 'blueGreen' } }),
        observed: worldOf(api('my_api', { replicas: 2 }), { color: 'blue' }),
      },
      [
        'update shop-my-api-1-blue@one: resource my_api is now called my-api',
        'update shop-my-api-2-blue@one: resource my_api is now called my-api',
      ],
    ],
    [
      'is replaced beside itself where it must be and holds no data',
      { revision: api('my-api', { image: 'new' }), observed: worldOf(api('my_api')) },
      [
        'replace shop-my-api by shop-my-api-green@one: resource my_api is now called my-api; image is tiny, should be new',
      ],
    ],
    [
      'whose half of another name lives elsewhere has both, and the older one goes',
      {
        revision: api('my-api', { on: ['one', 'two'] }),
        observed: [...worldOf(api('my_api', {}, {}, 1)), ...worldOf(api('my-api', { on: 'two' }))],
      },
      ['delete shop-my-api@one: another instance has taken its place'],
    ],
  ])('%s', (_what, input, expected) => {
    const { changes } = planChanges(input)
    expect(read(changes)).toEqual(expected)
    const after = apply(input.revision, changes, input.observed)
    expect(planChanges({ revision: input.revision, observed: after }).changes).toEqual([])
  })

  it('is a change of labels alone, declared, and takes its traffic along', () => {
    const { changes } = planChanges({ revision: db({}, 'my-db'), observed: worldOf(before({}, 'my_db')) })
    expect(changes).toEqual([
      expect.objectContaining({
        resource: 'my-db',
        live: true,
        drift: false,
        from: expect.objectContaining({
          resource: 'my-db',
          index: null,
          formerly: { resource: 'my_db', index: null },
        }) as object,
      }),
    ])
  })

  it('and another image, with data: is refused', () => {
    const input = { revision: db({ image: 'pg:2' }, 'my-db'), observed: worldOf(before({}, 'my_db')) }
    expect(refusal(input).message).toBe(
      `data would be lost: shop-my-db on one ${STILL} replaced by shop-my-db-green, its data with it ` +
        '(resource my_db is now called my-db; image is pg, should be pg:2)',
    )
  })

  it('that a silent instance follows is known to be stateful by its old name', () => {
    const input = {
      revision: api('my-db', { image: 'new' }),
      base: before({}, 'my_db'),
      observed: silent(worldOf(before({}, 'my_db'))),
    }
    expect(refusal(input).code).toBe('DATA_LOSS')
  })
})

describe('what serves under a name that is needed', () => {
  const stateless = (resources: Record<string, Part>, over: Part = {}, number = 2) =>
    of(
      Object.fromEntries(Object.entries(resources).map(([n, r]) => [n, { image: 'tiny', on: 'one', ...r }])),
      over,
      number,
    )
  const blueGreen = { strategy: { approach: 'blueGreen' } }

  it.each<[string, PlanInput, string[]]>([
    [
      'is deleted last: the replacement takes another name',
      {
        revision: stateless({ web: { image: 'new' } }),
        observed: [...worldOf(stateless({ web: {} })), ...worldOf(stateless({ 'web-green': {} }))],
      },
      [
        'replace shop-web by shop-web-blue@one: image is tiny, should be new',
        'delete shop-web-green@one: its resource is no longer declared',
      ],
    ],
    [
      'is deleted last: a new resource takes another name',
      {
        revision: stateless({ 'web-green': {} }),
        observed: worldOf(stateless({ web: {} }), { color: 'green' }),
      },
      ['create shop-web-green-green@one: missing', 'delete shop-web-green@one: its resource is no longer declared'],
    ],
    [
      'is deleted last: a first set takes another color',
      {
        revision: stateless({ web: { replicas: 2 } }, blueGreen),
        observed: worldOf(stateless({ 'web-2-blue': {} })),
      },
      [
        'create shop-web-1-green@one: missing',
        'create shop-web-2-green@one: missing',
        'delete shop-web-2-blue@one: its resource is no longer declared',
      ],
    ],
    [
      'is deleted last: the next set takes a third color',
      {
        revision: stateless({ web: { image: 'new' } }, blueGreen),
        observed: [...worldOf(stateless({ web: {} }), { color: 'blue' }), ...worldOf(stateless({ 'web-green': {} }))],
      },
      [
        'replace shop-web-blue by shop-web@one: image is tiny, should be new',
        'delete shop-web-green@one: its resource is no longer declared',
      ],
    ],
    [
      'makes room when it is only left over',
      {
        revision: stateless({ web: { image: 'new' } }),
        observed: [
          ...worldOf(stateless({ web: {} })),
          ...worldOf(stateless({ web: {} }), { color: 'green', role: 'new' }),
        ],
      },
      [
        'replace shop-web by shop-web-green@one: image is tiny, should be new',
        'delete shop-web-green@one: left over from operation 1',
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(read(planChanges(input).changes)).toEqual(expected)
  })

  it('is refused where no other name is left, and forced', () => {
    const input = {
      revision: stateless({ web: { replicas: 2 } }, blueGreen),
      observed: [
        ...worldOf(stateless({ web: { replicas: 1 } }), { color: 'green' }),
        ...worldOf(stateless({ 'web-2-green': {} })),
      ],
    }
    const { code, message, hint } = refusal(input)
    expect({ code, message, hint }).toEqual({
      code: 'NAME_CLASH',
      message:
        'instance shop-web-2-green of resource web-2-green on one has a name that another one needs: ' +
        'it would be deleted before its replacement serves',
      hint: 'name the resource differently, or use --force',
    })
    expect(read(planChanges({ ...input, force: true }).changes)).toEqual([
      'create shop-web-2-green@one: missing',
      'delete shop-web-2-green@one: its resource is no longer declared',
    ])
  })

  it('is out of the question when it holds data, forced or not, where another name is free', () => {
    const input = {
      revision: stateless({ web: { image: 'new' } }),
      observed: [...worldOf(stateless({ web: {} })), ...worldOf(before({}, 'web-green'))],
    }
    expect(refusal(input).message).toContain('shop-web-green on one is stateful and would be deleted')
    expect(read(planChanges({ ...input, force: true }).changes)).toEqual([
      'replace shop-web by shop-web-blue@one: image is tiny, should be new',
      'delete shop-web-green@one: its resource is no longer declared',
    ])
  })
})
