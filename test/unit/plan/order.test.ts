import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesOf } from '../../../src/plan/batches.js'
import { levels } from '../../../src/plan/order.js'
import type { PlannedChange } from '../../../src/plan/planned-change.js'

const needs = (dependsOn: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(dependsOn).map(([name, list]) => [name, { dependsOn: list }]))

describe('levels of dependsOn', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['none', {}, []],
    ['the order of the file', { web: [], db: [], app: [] }, [['web', 'db', 'app']]],
    ['a chain, written backwards', { web: ['app'], app: ['db'], db: [] }, [['db'], ['app'], ['web']]],
    ['a diamond', { a: [], b: ['a'], c: ['a'], d: ['b', 'c'] }, [['a'], ['b', 'c'], ['d']]],
  ])('%s', (_what, dependsOn, expected) => {
    expect(levels(needs(dependsOn))).toEqual(expected)
  })

  it('names a circle', () => {
    expect(() => levels(needs({ a: [], b: ['c'], c: ['b'] }))).toThrow('in a cycle: b, c')
  })
})

/** `update web-1`, `update web-1 two` and so on: what, which instance, on which host. */
const works = (...lines: string[]): PlannedChange[] =>
  lines.map((line) => {
    const [action = '', instance = '', host = 'one'] = line.split(' ')
    return {
      action: action as PlannedChange['action'],
      resource: instance.split('-')[0] ?? '',
      instance,
      host,
      reasons: [],
      drift: false,
      index: null,
      color: '',
      from: null,
    }
  })
const names = (batches: PlannedChange[][]): string[][] => batches.map((batch) => batch.map(({ instance }) => instance))

describe('batches', () => {
  const resources = needs({ db: [], web: ['db'], api: ['db'] })
  it.each<[string, string[], number, string[][]]>([
    ['nothing', [], 2, []],
    ['new ones at once', ['create web-1', 'create web-2', 'create web-3'], 2, [['web-1', 'web-2'], ['web-3']]],
    [
      'what runs: one first',
      ['update web-1', 'update web-2', 'update web-3', 'update web-4'],
      2,
      [['web-1'], ['web-2', 'web-3'], ['web-4']],
    ],
    ['replacements too', ['replace web-1', 'replace web-2', 'replace web-3'], 3, [['web-1'], ['web-2', 'web-3']]],
    ['a start is no new version', ['start web-1', 'start web-2'], 2, [['web-1', 'web-2']]],
    [
      'what is needed comes before, on its own',
      ['update web-1', 'create db-1', 'update api-1', 'create db-2'],
      4,
      [['db-1', 'db-2'], ['web-1'], ['api-1']],
    ],
    ['deletions are not in batches', ['delete web-9', 'create web-1', 'delete db-9'], 5, [['web-1']]],
    ['wider than the work', ['create web-1'], 100, [['web-1']]],
  ])('%s', (_what, lines, maxParallel, expected) => {
    expect(names(batchesOf(works(...lines), { resources, maxParallel }))).toEqual(expected)
  })
})

const exposed = (dependsOn: string[] = [], shared: { pool?: string } = {}) => ({
  dependsOn,
  expose: [{ port: 1, as: 2, protocol: 'http' as const, host: null, certificate: null, sticky: false, ...shared }],
})

describe('batches of resources with public ports', () => {
  const resources = { web: exposed(), api: exposed() }
  it.each<[string, string[], number, string[][]]>([
    ['on one host', ['update web-1', 'update web-2', 'update web-3'], 9, [['web-1'], ['web-2', 'web-3']]],
    [
      'leave each host somebody to ask',
      ['update web-1 one', 'update web-2 two', 'update web-3 one', 'update web-4 two'],
      9,
      [['web-1'], ['web-2', 'web-3'], ['web-4']],
    ],
    [
      'take one of each host at a time where each has one',
      ['update web-1 one', 'update web-2 two', 'update web-3 three'],
      9,
      [['web-1'], ['web-2', 'web-3']],
    ],
    [
      'leave each resource somebody who serves',
      ['update web-1', 'update web-2', 'update api-1', 'update api-2'],
      9,
      [['web-1'], ['web-2', 'api-1'], ['api-2']],
    ],
    ['new ones side by side', ['create web-1', 'create web-2', 'create api-1'], 9, [['web-1', 'web-2', 'api-1']]],
  ])('%s', (_what, lines, maxParallel, expected) => {
    expect(names(batchesOf(works(...lines), { resources, maxParallel }))).toEqual(expected)
  })
})

describe('batches of resources that share a public port', () => {
  const pooled = (pool: string, dependsOn: string[] = []) => exposed(dependsOn, { pool })
  const resources = { db: { dependsOn: [] }, a: pooled('app'), b: pooled('app'), c: pooled('app', ['a']) }
  it.each<[string, string[], number, string[][]]>([
    ['one of them before the others', ['update a-1', 'update a-2', 'update b-1'], 9, [['a-1'], ['a-2', 'b-1']]],
    [
      'also behind something else',
      ['update db-1', 'update a-1', 'update b-1', 'update b-2'],
      9,
      [['db-1'], ['a-1'], ['b-1', 'b-2']],
    ],
    ['what comes up before what goes out', ['update a-1', 'create b-1'], 9, [['b-1'], ['a-1']]],
    ['new ones side by side', ['create a-1', 'create b-1'], 9, [['a-1', 'b-1']]],
    ['in later levels', ['update a-1', 'update c-1', 'update c-2'], 9, [['a-1'], ['c-1'], ['c-2']]],
    [
      'no more than asked for',
      ['update a-1', 'update a-2', 'update b-1', 'update b-2'],
      2,
      [['a-1'], ['a-2', 'b-1'], ['b-2']],
    ],
  ])('%s', (_what, lines, maxParallel, expected) => {
    expect(names(batchesOf(works(...lines), { resources, maxParallel }))).toEqual(expected)
  })

  const instance = fc.record({
    resource: fc.constantFrom('r0', 'r1', 'r2', 'r3'),
    host: fc.constantFrom('one', 'two'),
    action: fc.constantFrom('create' as const, 'update' as const, 'restart' as const, 'start' as const),
    live: fc.boolean(),
    staysOut: fc.boolean(),
  })
  const world = fc.record({
    pools: fc.tuple(...Array.from({ length: 4 }, () => fc.constantFrom('p', 'q', 'own', null))),
    needs: fc.tuple(...Array.from({ length: 4 }, () => fc.boolean())),
    instances: fc.array(instance, { maxLength: 10 }),
    maxParallel: fc.integer({ min: 1, max: 12 }),
  })
  it('leave somebody in each pool, on every host, where somebody else serves or could come first', () => {
    fc.assert(
      fc.property(world, ({ pools, needs, instances, maxParallel }) => {
        const all = Object.fromEntries(
          pools.map((pool, i) => {
            const dependsOn = needs[i] && i > 0 ? [`r${i - 1}`] : []
            if (pool === null) return [`r${i}`, { dependsOn, expose: [] }]
            return [`r${i}`, pool === 'own' ? exposed(dependsOn) : pooled(pool, dependsOn)]
          }),
        )
        const changes = instances.map((each, id) => ({
          ...each,
          id,
          // Only what is restarted may be found, and left, out of the traffic.
          staysOut: each.staysOut && each.action === 'restart',
          live: each.live && each.action === 'update',
        }))
        const batches = batchesOf(changes, { resources: all, maxParallel })
        expect(batches.flat().toSorted((a, b) => a.id - b.id)).toEqual(changes)
        expect(batches.every(({ length }) => length > 0 && length <= maxParallel)).toBe(true)
        const poolOf = ({ resource }: (typeof changes)[number]) => pools[Number(resource[1])]
        const isRunning = ({ action, staysOut }: (typeof changes)[number]) =>
          (action === 'update' || action === 'restart') && !staysOut
        const onEach = (some: typeof changes) => ['one', 'two'].map((host) => some.filter((each) => each.host === host))
        const places = [
          ...['p', 'q'].flatMap((pool) => {
            const all = changes.filter((each) => poolOf(each) === pool)
            return [all, ...onEach(all)]
          }),
          ...pools.flatMap((pool, i) =>
            pool === 'own' ? onEach(changes.filter(({ resource }) => resource === `r${i}`)) : [],
          ),
        ]
        for (const place of places) {
          const serving = new Set(place.filter(isRunning))
          for (const batch of batches) {
            const out = batch.filter((each) => serving.has(each) && !each.live)
            if (serving.size > 1) expect(out.length).toBeLessThan(serving.size)
            batch.filter((each) => place.includes(each) && !each.staysOut).forEach((each) => serving.add(each))
          }
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
