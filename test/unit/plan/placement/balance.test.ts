import { describe, expect, it } from 'vitest'
import { balance, type Balance, type Movable } from '../../../../src/plan/placement/balance.js'
import type { HostState } from '../../../../src/plan/placement/model.js'
import { defaultPlacement } from '../../../../src/plan/placement/settings.js'
import { GIB, host, wants } from './world.js'

interface On {
  on: string
  count: number
  resource?: string
  cpu?: number
}

/** Hosts with what is on them: `{ a: 2 }` is two replicas of web on a. */
function world(names: readonly string[], there: readonly On[], over: Record<string, Partial<HostState>> = {}) {
  const hosts = names.map((name) => {
    const own = there.filter(({ on }) => on === name)
    return host(name, {
      instances: new Map(own.map(({ resource = 'web', count }) => [resource, count])),
      used: { cpu: own.reduce((sum, { count, cpu = 0 }) => sum + count * cpu, 0), memoryMiB: 0, pools: {} },
      ...over[name],
    })
  })
  const movable = there.flatMap(({ on, count, resource = 'web', cpu = 0 }) =>
    wants(hosts, { resource, count, cpu }).map((wanted): Movable => {
      const name = `${wanted.name}@${on}`
      return { ...wanted, key: name, name, from: on }
    }),
  )
  return balance({ hosts, movable, declared: { web: defaultPlacement } })
}
const moves = ({ moves: all }: Balance): string[] => all.map(({ wanted, to }) => `${wanted.name} to ${to}`)
const gaps = ({ before, after, by }: Balance): string => `${Math.round(before)} to ${Math.round(after)} by ${by}`

describe('balance', () => {
  it.each<[string, Balance, string[], string]>([
    ['nothing there', world(['a', 'b'], []), [], '0 to 0 by instances'],
    [
      'even already',
      world(
        ['a', 'b'],
        [
          { on: 'a', count: 1 },
          { on: 'b', count: 1 },
        ],
      ),
      [],
      '0 to 0 by instances',
    ],
    [
      'an empty host gets its part',
      world(
        ['a', 'b', 'c'],
        [
          { on: 'b', count: 2 },
          { on: 'c', count: 1 },
        ],
      ),
      ['web-1@b to a'],
      '67 to 0 by instances',
    ],
    [
      'several, to the emptiest each',
      world(['a', 'b', 'c'], [{ on: 'a', count: 6 }]),
      ['web-1@a to c', 'web-2@a to b', 'web-3@a to c', 'web-4@a to b'],
      '100 to 0 by instances',
    ],
    [
      'one more than the others is even',
      world(
        ['a', 'b'],
        [
          { on: 'a', count: 2 },
          { on: 'b', count: 1 },
        ],
      ),
      [],
      '33 to 33 by instances',
    ],
    [
      'a cordoned host is neither filled nor counted',
      world(
        ['a', 'b', 'c'],
        [
          { on: 'b', count: 2 },
          { on: 'c', count: 1 },
        ],
        { a: { cordoned: 'it is cordoned' } },
      ),
      [],
      '33 to 33 by instances',
    ],
    [
      'by limits: what takes more counts more',
      world(['a', 'b'], [{ on: 'a', count: 2, cpu: 1.5 }]),
      ['web-1@a to b'],
      '75 to 0 by limits',
    ],
    [
      'no move makes another host fuller than the first was',
      world(['a', 'b'], [{ on: 'a', count: 1, cpu: 3 }]),
      [],
      '75 to 75 by limits',
    ],
    [
      'a host without room gets nothing',
      world(['a', 'b'], [{ on: 'a', count: 2, cpu: 1.5 }], { b: { total: { cpu: 1, memoryMiB: GIB, pools: {} } } }),
      [],
      '75 to 75 by limits',
    ],
    [
      'a host that does not say what it has: by instances',
      world(['a', 'b'], [{ on: 'a', count: 2, cpu: 1 }], { b: { total: null, silent: 'no answer' } }),
      ['web-1@a to b'],
      '100 to 0 by instances',
    ],
    [
      'zero-capacity hosts are full',
      world(['a', 'b'], [{ on: 'a', count: 2, cpu: 1 }], { b: { total: { cpu: 0, memoryMiB: 0, pools: {} } } }),
      [],
      '50 to 50 by limits',
    ],
    [
      'replicas stay apart: a host that has as many of the resource gets none',
      world(
        ['a', 'b'],
        [
          { on: 'a', count: 1, cpu: 1 },
          { on: 'a', count: 1, cpu: 2, resource: 'db' },
          { on: 'b', count: 1, cpu: 0.5 },
        ],
      ),
      ['db-1@a to b'],
      '63 to 38 by limits',
    ],
  ])('%s', (_, found, expected, gap) => {
    expect(moves(found)).toEqual(expected)
    expect(gaps(found)).toBe(gap)
  })

  it('gives the same moves for the same hosts', () => {
    const once = (): string[] =>
      moves(
        world(
          ['a', 'b', 'c', 'd'],
          [
            { on: 'b', count: 7 },
            { on: 'd', count: 4 },
          ],
        ),
      )
    expect(once()).toEqual(once())
  })
})
