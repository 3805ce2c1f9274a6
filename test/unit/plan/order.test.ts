import { describe, expect, it } from 'vitest'
import { batchesOf } from '../../../src/plan/batches.js'
import { levels } from '../../../src/plan/order.js'
import { placeOn } from '../../../src/plan/place.js'
import type { Work } from '../../../src/plan/work.js'

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
    expect(() => levels(needs({ a: [], b: ['c'], c: ['b'] }))).toThrow('in a circle: b, c')
  })
})

/** `update web-1` and so on. */
const works = (...lines: string[]): Work[] =>
  lines.map((line) => {
    const [action = '', instance = ''] = line.split(' ')
    return {
      action: action as Work['action'],
      resource: instance.split('-')[0] ?? '',
      instance,
      host: 'one',
      reasons: [],
      drift: false,
      index: null,
      slot: '',
      from: null,
    }
  })
const names = (batches: Work[][]): string[][] => batches.map((batch) => batch.map(({ instance }) => instance))

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

describe('placing', () => {
  const counts = (ofResource: Record<string, number>, all: Record<string, number> = ofResource) => ({
    ofResource: new Map(Object.entries(ofResource)),
    all: new Map(Object.entries(all)),
  })
  it.each<[string, string[], ReturnType<typeof counts>, string]>([
    ['the first of equals', ['a', 'b', 'c'], counts({}), 'a'],
    ['the fewest of the resource', ['a', 'b', 'c'], counts({ a: 2, b: 1, c: 2 }), 'b'],
    ['then the fewest of all', ['a', 'b', 'c'], counts({ a: 1, b: 1, c: 1 }, { a: 9, b: 5, c: 5 }), 'b'],
    ['the resource before all', ['a', 'b'], counts({ a: 1 }, { a: 1, b: 50 }), 'b'],
    ['only candidates', ['b'], counts({ b: 7 }), 'b'],
  ])('%s', (_what, on, have, host) => {
    expect(placeOn({ on }, have)).toBe(host)
  })

  it('needs a candidate', () => {
    expect(() => placeOn({ on: [] }, counts({}))).toThrow('at least one host')
  })
})
