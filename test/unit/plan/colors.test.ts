import { describe, expect, it } from 'vitest'
import type { ObservedInstance, Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { read, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const wanted = (version: string, app: Part = {}) =>
  revisionOf(
    web(
      { replicas: 2, on: 'one', deploy: { release: 'shop', version }, ...app },
      { strategy: { approach: 'blueGreen' } },
    ),
  )
const set = (version: string, color: Color, role: Role = 'live', app: Part = {}) =>
  worldOf(wanted(version, app), { color, role })
const names = (instances: ObservedInstance[]): string[] => instances.map(({ name }) => name)
const release = (from: string, to: string): string => `release is shop@${from}, should be shop@${to}`

describe('blue-green sets', () => {
  it.each<[string, PlanInput, string[]]>([
    [
      'the first is blue',
      { revision: wanted('1'), observed: [] },
      ['create shop-web-1-blue@one: missing', 'create shop-web-2-blue@one: missing'],
    ],
    ['nothing to do', { revision: wanted('1'), observed: set('1', 'green') }, []],
    [
      'a new version is a whole new set',
      { revision: wanted('2'), observed: set('1', 'blue') },
      [
        `replace shop-web-1-blue by shop-web-1-green@one: ${release('1', '2')}`,
        `replace shop-web-2-blue by shop-web-2-green@one: ${release('1', '2')}`,
      ],
    ],
    [
      'one declared change takes the others along',
      {
        revision: wanted('2'),
        observed: [...set('1', 'blue').slice(0, 1), ...set('2', 'blue').slice(1)],
      },
      [
        `replace shop-web-1-blue by shop-web-1-green@one: ${release('1', '2')}`,
        'replace shop-web-2-blue by shop-web-2-green@one: its set is replaced',
      ],
    ],
    [
      'a set without color, made by another strategy, is followed by green',
      { revision: wanted('2'), observed: set('1', '') },
      [
        `replace shop-web-1 by shop-web-1-green@one: ${release('1', '2')}`,
        `replace shop-web-2 by shop-web-2-green@one: ${release('1', '2')}`,
      ],
    ],
    [
      'a replica that is new joins the new set',
      { revision: wanted('2', { replicas: 3 }), observed: set('1', 'green') },
      [
        `replace shop-web-1-green by shop-web-1-blue@one: ${release('1', '2')}`,
        `replace shop-web-2-green by shop-web-2-blue@one: ${release('1', '2')}`,
        'create shop-web-3-blue@one: missing',
      ],
    ],
    [
      'a replica that is new or gone, without another change, takes the color that lives',
      { revision: wanted('1', { replicas: 3 }), observed: set('1', 'green').slice(1) },
      ['create shop-web-1-green@one: missing', 'create shop-web-3-green@one: missing'],
    ],
    [
      'limits change in place',
      { revision: wanted('1', { limits: { cpu: 2 } }), observed: set('1', 'green') },
      [
        'update shop-web-1-green@one: limits.cpu is unset, should be "2"',
        'update shop-web-2-green@one: limits.cpu is unset, should be "2"',
      ],
    ],
    [
      'drift is mended in place',
      {
        revision: wanted('1'),
        observed: set('1', 'green').map((i) => ({ ...i, config: { ...i.config, 'environment.A': '1' } })),
      },
      [
        'update shop-web-1-green@one: environment.A is "1", should be unset',
        'update shop-web-2-green@one: environment.A is "1", should be unset',
      ],
    ],
    [
      'what can only be replaced is replaced as a set, drift or not',
      {
        revision: wanted('1'),
        observed: set('1', 'green').map((i) => ({ ...i, labels: { ...i.labels, image: 'spoilt' } })),
      },
      [
        'replace shop-web-1-green by shop-web-1-blue@one: image is spoilt, should be tiny',
        'replace shop-web-2-green by shop-web-2-blue@one: image is spoilt, should be tiny',
      ],
    ],
    [
      'a set that an operation left in two colors is made anew, in a third',
      { revision: wanted('2'), observed: [...set('2', 'green').slice(0, 1), ...set('1', 'blue').slice(1)] },
      [
        'replace shop-web-1-green by shop-web-1@one: its set has instances of both colors',
        `replace shop-web-2-blue by shop-web-2@one: ${release('1', '2')}`,
      ],
    ],
    [
      'or in the one that is free',
      { revision: wanted('1'), observed: [...set('1', '').slice(0, 1), ...set('1', 'green').slice(1)] },
      [
        'replace shop-web-1 by shop-web-1-blue@one: its set has instances of both colors',
        'replace shop-web-2-green by shop-web-2-blue@one: its set has instances of both colors',
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(read(planChanges(input).changes)).toEqual(expected)
  })
})

it('the color of what comes does not depend on the order in which hosts answered', () => {
  const observed = [
    ...set('1', 'blue', 'live', { replicas: 3 }).slice(1, 2),
    ...set('1', 'green', 'live', { replicas: 3 }).slice(2),
  ]
  const revision = wanted('1', { replicas: 1 })
  const made = (all: ObservedInstance[]) =>
    planChanges({ revision, observed: all }).changes.map(({ instance }) => instance)
  expect(made(observed)).toContain('shop-web-1-blue')
  expect(made(observed.toReversed())).toEqual(made(observed))
})

describe('a kept set', () => {
  const live = set('2', 'green')
  const old = set('1', 'blue', 'old')
  const [first, second] = old as [ObservedInstance, ObservedInstance]
  const standby = names(old)
  const observed = [...live, ...old]

  it.each<[string, PlanInput, string[]]>([
    ['stays as long as it is kept', { revision: wanted('2'), observed, standby }, []],
    [
      'is left over when nobody keeps it',
      { revision: wanted('2'), observed },
      [
        'delete shop-web-1-blue@one: left over from operation 1',
        'delete shop-web-2-blue@one: left over from operation 1',
      ],
    ],
    [
      'comes back when it is just what is wanted',
      { revision: wanted('1'), observed, standby },
      [
        'replace shop-web-1-green by shop-web-1-blue@one: goes back to shop-web-1-blue, the standby',
        'replace shop-web-2-green by shop-web-2-blue@one: goes back to shop-web-2-blue, the standby',
      ],
    ],
    [
      'makes room for a new set in its color',
      { revision: wanted('3'), observed, standby },
      [
        `replace shop-web-1-green by shop-web-1-blue@one: ${release('2', '3')}`,
        `replace shop-web-2-green by shop-web-2-blue@one: ${release('2', '3')}`,
        'delete shop-web-1-blue@one: left over from operation 1',
        'delete shop-web-2-blue@one: left over from operation 1',
      ],
    ],
    [
      'does not come back in part',
      { revision: wanted('1'), observed: [...live, ...old.slice(1)], standby },
      [
        `replace shop-web-1-green by shop-web-1-blue@one: ${release('2', '1')}`,
        `replace shop-web-2-green by shop-web-2-blue@one: ${release('2', '1')}`,
        'delete shop-web-2-blue@one: left over from operation 1',
      ],
    ],
    [
      'does not come back when it was changed by hand: that would be left to do',
      {
        revision: wanted('1'),
        observed: [...live, { ...first, config: { ...first.config, 'limits.cpu': '7' } }, second],
        standby,
      },
      [
        `replace shop-web-1-green by shop-web-1-blue@one: ${release('2', '1')}`,
        `replace shop-web-2-green by shop-web-2-blue@one: ${release('2', '1')}`,
        'delete shop-web-1-blue@one: left over from operation 1',
        'delete shop-web-2-blue@one: left over from operation 1',
      ],
    ],
    [
      'comes back stopped: it is started on the way',
      { revision: wanted('1'), observed: [...live, { ...first, status: 'Stopped' }, second], standby },
      [
        'replace shop-web-1-green by shop-web-1-blue@one: goes back to shop-web-1-blue, the standby',
        'replace shop-web-2-green by shop-web-2-blue@one: goes back to shop-web-2-blue, the standby',
      ],
    ],
    [
      'stays while drift of the live one is mended',
      {
        revision: wanted('2'),
        observed: [...live.map((i) => ({ ...i, status: 'Stopped' as const })), ...old],
        standby,
      },
      [
        'start shop-web-1-green@one: is stopped, should be running',
        'start shop-web-2-green@one: is stopped, should be running',
      ],
    ],
    [
      'gives its place to an instance of its name',
      { revision: wanted('2'), observed: old, standby },
      [
        'create shop-web-1-blue@one: missing',
        'create shop-web-2-blue@one: missing',
        'delete shop-web-1-blue@one: left over from operation 1',
        'delete shop-web-2-blue@one: left over from operation 1',
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(read(planChanges(input).changes)).toEqual(expected)
  })

  it.each<[string, PlanInput, string[]]>([
    ['kept: live and old', { revision: wanted('2'), observed, standby }, [...names(live), ...standby]],
    ['deleted: it is in the work already', { revision: wanted('3'), observed, standby }, []],
    ['revived: what goes is in the work', { revision: wanted('1'), observed, standby }, standby],
  ])('is a bystander once at most. %s', (_what, input, expected) => {
    expect(planChanges(input).bystanders.map(({ name }) => name)).toEqual(expected)
  })

  it('comes back without being made', () => {
    const { changes } = planChanges({ revision: wanted('1'), observed, standby })
    expect(changes.map(({ revive, color }) => ({ revive, color }))).toEqual(
      Array(2).fill({ revive: true, color: 'blue' }),
    )
  })
})
