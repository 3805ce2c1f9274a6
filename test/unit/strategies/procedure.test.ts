import { describe, expect, it } from 'vitest'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import { dryRun } from '../../../src/steps/dry-run.js'
import { predictionOf, procedureView } from '../../../src/steps/prediction.js'
import { procedureOf } from '../../../src/strategies/procedure.js'
import { strategyNamed } from '../../../src/strategies/registry.js'
import { revisionOf, web, worldOf } from '../plan/world.js'

/* The procedures of small plans, as `plan` prints them: `stage | instance: step, step | instance: …`. */

type Part = Record<string, unknown>

const exposed = { network: { expose: [{ port: 4000, as: 80, protocol: 'http' }] } }
const shop =
  (strategy: Part) =>
  (version: string, { replicas = 2, ...more }: Part = {}): Revision =>
    revisionOf(web({ on: 'one', replicas, deploy: { release: 'shop', version }, ...exposed, ...more }, { strategy }), {
      number: 3,
    })

function read(revision: Revision, observed: ObservedInstance[], standby: string[] = [], force = false): string[] {
  const plan = planChanges({ revision, observed, standby, force })
  const { stages } = procedureOf(strategyNamed(revision.topology.strategy.approach), plan, { revision })
  const view = procedureView(stages, predictionOf({ revision, plan, observed, operation: 7 }))
  return view.stages.map(({ name, lanes }) =>
    [
      name,
      ...lanes.map(({ instance, steps }) => `${instance === null ? '' : `${instance}: `}${steps.join(', ')}`),
    ].join(' | '),
  )
}

/** Who stays to serve when all went well. */
function standbyOf(revision: Revision, observed: ObservedInstance[]): string[] {
  const { changes } = planChanges({ revision, observed })
  return procedureOf(strategyNamed(revision.topology.strategy.approach), { changes }, { revision }).standby.map(
    ({ name }) => name,
  )
}

const MADE = 'create, install release, wait until healthy'
const UPDATED = 'drain, snapshot, configure, install release, wait until healthy, admit'
const VERIFY = 'verify | settle the edge'
const COMMIT = 'commit | point of no return'

describe('rolling', () => {
  const of = shop({ approach: 'rolling', maxParallel: 2 })
  it.each<[string, string[], string[]]>([
    [
      'nothing is there',
      read(of('1.0.0', { replicas: 3 }), []),
      [
        `batch 1 of 2 | shop-web-1: ${MADE}, admit | shop-web-2: ${MADE}, admit`,
        `batch 2 of 2 | shop-web-3: ${MADE}, admit`,
        VERIFY,
      ],
    ],
    ['nothing to do', read(of('1.0.0'), worldOf(of('1.0.0'))), [VERIFY]],
    [
      'an update: one first',
      read(of('1.1.0', { replicas: 3 }), worldOf(of('1.0.0', { replicas: 3 }))),
      [
        `batch 1 of 2 | shop-web-1: ${UPDATED}`,
        `batch 2 of 2 | shop-web-2: ${UPDATED} | shop-web-3: ${UPDATED}`,
        VERIFY,
      ],
    ],
    [
      'another image: a new one beside the old one, which goes at the end',
      read(of('1.0.0', { replicas: 1, image: 'new' }), worldOf(of('1.0.0', { replicas: 1 }))),
      [
        `batch 1 of 1 | shop-web-1-green: ${MADE}, admit, take over, drain shop-web-1, stop shop-web-1`,
        VERIFY,
        'commit | point of no return',
        'remove | shop-web-1: drain, delete',
      ] as string[],
    ],
    [
      'fewer replicas: the last goes when all else is well',
      read(of('1.0.0', { replicas: 1 }), worldOf(of('1.0.0'))),
      [VERIFY, COMMIT, 'remove | shop-web-2: drain, delete'],
    ],
    [
      'only limits: while the app runs',
      read(of('1.0.0', { limits: { cpu: 2 } }), worldOf(of('1.0.0'))),
      [
        'batch 1 of 2 | shop-web-1: configure, wait until healthy',
        'batch 2 of 2 | shop-web-2: configure, wait until healthy',
        VERIFY,
      ],
    ],
  ])('%s', (_title, found, expected) => {
    expect(found).toEqual(expected)
  })

  it('has a stateful replacement live before requests write to it: what is merely new may be removed unasked', () => {
    const db = (image: string): Revision => of('1.0.0', { replicas: 1, stateful: true, image })
    expect(read(db('newer'), worldOf(db('older')), [], true)[0]).toBe(
      `batch 1 of 1 | shop-web-1-green: drain shop-web-1, stop shop-web-1, ${MADE}, take over, admit`,
    )
  })

  it('bakes before the commit', () => {
    const baked = shop({ approach: 'rolling', bake: '10m' })
    expect(read(baked('1.0.0', { replicas: 1 }), [])).toEqual([
      `batch 1 of 1 | shop-web-1: ${MADE}, admit`,
      VERIFY,
      'bake | bake for 10 m',
    ])
  })
})

describe('blueGreen', () => {
  const of = shop({ approach: 'blueGreen' })
  const set = (color: 'blue' | 'green', role: 'live' | 'old' = 'live') => worldOf(of('1.0.0'), { color, role })
  it('a new set, verified, one switch; the old one stands by', () => {
    expect(read(of('1.1.0'), set('blue'))).toEqual([
      `bring up the new set | shop-web-1-green: ${MADE}, admit | shop-web-2-green: ${MADE}, admit`,
      'switch | switch the traffic',
      'take over | shop-web-1-green: take over | shop-web-2-green: take over',
      VERIFY,
    ])
    expect(standbyOf(of('1.1.0'), set('blue'))).toEqual(['shop-web-1-blue', 'shop-web-2-blue'])
  })

  it('keep: 0s: the old set goes after the commit', () => {
    const brief = shop({ approach: 'blueGreen', keep: '0s' })
    expect(read(brief('1.1.0'), worldOf(brief('1.0.0'), { color: 'blue' })).slice(-1)).toEqual([
      'remove | shop-web-1-blue: drain, delete | shop-web-2-blue: drain, delete',
    ])
    expect(standbyOf(brief('1.1.0'), worldOf(brief('1.0.0'), { color: 'blue' }))).toEqual([])
  })
})

describe('canary', () => {
  const steps = [{ weight: 30, pause: '1m' }, { weight: 60, pause: 'manual' }, 100]
  const up = (...ks: number[]): string =>
    ['bring up the canary', ...ks.map((k) => `shop-web-${k}-canary: ${MADE}, admit`)].join(' | ')
  const stepAt = (percent: number, watch: string): string =>
    `canary at ${percent} % | canary takes ${percent} %, watch at ${percent} %, ${watch}`
  const WITHDRAWN = 'withdraw the canary | canary takes 0 %'
  const gone = (k: number): string => `shop-web-${k}-canary: drain, delete`
  const row = (instances: number | 'share', after: Part = {}): string[] => {
    const of = shop({ approach: 'canary', steps, instances, maxParallel: 2 })
    return read(of('1.1.0', { replicas: 3, ...after }), worldOf(of('1.0.0', { replicas: 3 })))
  }
  const STABLE = [
    `batch 1 of 2 | shop-web-1: ${UPDATED}`,
    `batch 2 of 2 | shop-web-2: ${UPDATED} | shop-web-3: ${UPDATED}`,
  ]
  it.each<[string, string[], string[]]>([
    [
      'one',
      row(1),
      [
        up(1),
        stepAt(30, 'for 1 m'),
        stepAt(60, 'until a promote'),
        ...STABLE,
        WITHDRAWN,
        VERIFY,
        COMMIT,
        `remove | ${gone(1)}`,
      ],
    ],
    [
      'two',
      row(2),
      [
        up(1, 2),
        stepAt(30, 'for 1 m'),
        stepAt(60, 'until a promote'),
        ...STABLE,
        WITHDRAWN,
        VERIFY,
        COMMIT,
        `remove | ${gone(1)} | ${gone(2)}`,
      ],
    ],
    [
      'more replicas come after the trial',
      row(1, { replicas: 4 }),
      [
        up(1),
        stepAt(30, 'for 1 m'),
        stepAt(60, 'until a promote'),
        ...STABLE,
        `batch 3 of 3 | shop-web-4: ${MADE}, admit`,
        WITHDRAWN,
        VERIFY,
        COMMIT,
        `remove | ${gone(1)}`,
      ].map((line) => line.replace('of 2', 'of 3')),
    ],
  ])('%s', (_title, found, expected) => {
    expect(found).toEqual(expected)
  })

  it('one that an earlier operation left makes room for the next of its name', () => {
    const of = shop({ approach: 'canary', steps })
    const left = worldOf(of('1.1.0', { replicas: 1 }), { color: 'canary', role: 'canary' })
    const found = read(of('1.2.0', { replicas: 3 }), [...worldOf(of('1.0.0', { replicas: 3 })), ...left])
    expect(found.slice(0, 2)).toEqual([`make room | ${gone(1)}`, up(1)])
    expect(found.at(-1)).toBe(`remove | ${gone(1)}`)
  })

  it('share: more with every step, and each goes with the stable one of its place', () => {
    expect(row('share')).toEqual([
      up(1),
      stepAt(30, 'for 1 m'),
      up(2),
      stepAt(60, 'until a promote'),
      `batch 1 of 2 | shop-web-1: ${UPDATED}, drain shop-web-1-canary, delete shop-web-1-canary`,
      `batch 2 of 2 | shop-web-2: ${UPDATED}, drain shop-web-2-canary, delete shop-web-2-canary | shop-web-3: ${UPDATED}`,
      WITHDRAWN,
      VERIFY,
    ])
  })
})

describe('recreate', () => {
  const of = shop({ approach: 'recreate' })
  it('stops all, updates all, starts all', () => {
    expect(read(of('1.1.0'), worldOf(of('1.0.0')))).toEqual([
      'stop all | shop-web-1: drain, snapshot, stop the app | shop-web-2: drain, snapshot, stop the app',
      'update all | shop-web-1: configure, install release, wait until healthy | shop-web-2: configure, install release, wait until healthy',
      'start all | shop-web-1: admit | shop-web-2: admit',
      VERIFY,
    ])
  })

  it('another image: the old ones are stopped first, and go at the end', () => {
    expect(read(of('1.0.0', { image: 'new', replicas: 1 }), worldOf(of('1.0.0', { replicas: 1 })))).toEqual([
      'stop all | shop-web-1: drain, stop',
      `update all | shop-web-1-green: ${MADE}`,
      'start all | shop-web-1-green: take over, admit',
      VERIFY,
      COMMIT,
      'remove | shop-web-1: drain, delete',
    ])
  })
})

it('copies images that hosts lack before anything is changed, and before the project is there', () => {
  const revision = revisionOf(web({ on: 'one', replicas: 1 }, { project: 'p' }))
  const plan = planChanges({ revision, observed: [] })
  const copy = {
    ...{ image: 'cul8er/edge', host: 'one', project: null, from: null, fingerprint: 'f' },
    ...{ sizeBytes: 20_000_000, properties: {} },
  }
  const { stages } = procedureOf(strategyNamed('rolling'), { ...plan, copies: [copy] }, { revision })
  expect(stages.slice(0, 2).map(({ name, changesNothing }) => [name, changesNothing])).toEqual([
    ['copy images', true],
    ['prepare', undefined],
  ])
  const view = procedureView(stages, predictionOf({ revision, plan, observed: [], operation: 7 }))
  expect(view.stages[0]?.lanes).toEqual([
    { instance: null, host: 'one', steps: ["copy image cul8er/edge from the worker's machine (19MiB) to one"] },
  ])
  expect(dryRun(stages, predictionOf({ revision, plan, observed: [], operation: 7 }))[0]).toEqual({
    ...{ instance: 'cul8er/edge', host: 'one', args: null },
    step: "copy image: cul8er/edge from the worker's machine (19MiB)",
  })
})
