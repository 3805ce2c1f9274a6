import { describe, expect, it } from 'vitest'
import { dryRun } from '../../../src/steps/dry-run.js'
import { predictionOf } from '../../../src/steps/prediction.js'
import { procedureOf } from '../../../src/strategies/procedure.js'
import { strategyNamed } from '../../../src/strategies/registry.js'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import { briefArgs } from '../../../src/releases/commands.js'
import { revisionOf, web, worldOf } from '../plan/world.js'

type Part = Record<string, unknown>

const plain = (app: Part = {}, top: Part = {}): Revision => revisionOf(web({ on: 'one', ...app }, top), { number: 3 })
const exposed = { network: { expose: [{ port: 4000, as: 80, protocol: 'http' }] } }
const released = (version: string): Part => ({ deploy: { release: 'shop', version } })

/** `instance: step: incus …`, scripts as `…` and labels of a new instance left out. */
function shown(
  revision: Revision,
  observed: ObservedInstance[],
  more: { standby?: string[]; force?: boolean } = {},
): string[] {
  const plan = planChanges({ revision, observed, ...more })
  const { stages } = procedureOf(strategyNamed(revision.topology.strategy.approach), plan, { revision })
  return dryRun(stages, predictionOf({ revision, plan, observed, operation: 7 })).map(
    ({ instance, step, args, stdin }) =>
      [
        `${instance}: ${step}`,
        ...(args === null
          ? []
          : [
              `incus ${briefArgs(args)
                .join(' ')
                .replaceAll(/ -c user\.cul8er\.\S+/g, '')
                .replaceAll(/[0-9a-f]{64}/g, 'SHA')}`,
            ]),
        ...(stdin === undefined ? [] : [`< ${stdin}`]),
      ].join(' | '),
  )
}

describe('a dry run', () => {
  it('of nothing is empty', () => {
    expect(shown(plain(), worldOf(plain()))).toEqual([])
  })

  it('makes, with secrets and the release on standard input alone', () => {
    const secret = { environment: { KEY: { secret: { from: 'system' } } }, limits: { cpu: 2 } }
    expect(shown(plain({ ...released('1.0.0'), ...secret, ...exposed }), [])).toEqual([
      'shop-web: create | incus launch --quiet -c limits.cpu=2 tiny shop-web',
      expect.stringMatching(
        /^shop-web: install release \| incus exec .*cul8er-install shop 1\.0\.0 SHA 30 .*\| < configuration of shop-web and release shop 1\.0\.0, 1000 bytes$/,
      ) as string,
      'shop-web: wait until healthy',
      'shop-web: admit: into rotation',
    ])
  })

  it('updates in place: out of the traffic, snapshot, change, back in; old snapshots go', () => {
    const before = worldOf(plain({ ...released('1.0.0'), ...exposed, limits: { cpu: 1 } }))
    const [first] = before
    if (first)
      first.snapshots = ['2', '4', '5']
        .map((n) => ({ name: `pre-deploy-${n}`, createdAt: `2026-01-0${n}` }))
        .concat({ name: 'mine', createdAt: '2025' })
    const lines = shown(plain({ ...released('1.1.0'), ...exposed, limits: { cpu: 2 } }), before)
    expect(lines.filter((each) => !each.includes('install release'))).toEqual([
      'shop-web: drain',
      'shop-web: snapshot | incus snapshot create shop-web pre-deploy-7-00000000',
      expect.stringMatching(
        /^shop-web: configure \| incus config set shop-web limits\.cpu=2 user\.cul8er\.digest=[0-9a-f]{16} user\.cul8er\.operation=7 user\.cul8er\.release=shop@1\.1\.0$/,
      ) as string,
      'shop-web: wait until healthy',
      'shop-web: admit: into rotation',
      'shop-web: prune | incus snapshot delete shop-web pre-deploy-2',
    ])
    expect(lines.filter((each) => each.includes('install release'))).toHaveLength(2)
  })

  it.each<[string, string[], string[]]>([
    [
      'a limit changes while the app runs',
      shown(plain({ limits: { cpu: 2 } }), worldOf(plain())),
      [
        expect.stringMatching(/^shop-web: configure \| incus config set shop-web limits\.cpu=2 user/) as string,
        'shop-web: wait until healthy',
      ],
    ],
    [
      'a variable changes what runs without a release',
      shown(plain({ environment: { A: '1' } }, { strategy: { rollback: { snapshot: 'never' } } }), worldOf(plain())),
      [
        expect.stringMatching(/^shop-web: configure \| incus config set shop-web environment\.A=1 user/) as string,
        'shop-web: restart | incus stop --timeout=30 shop-web',
        'shop-web: start | incus start shop-web',
        'shop-web: wait until healthy',
      ],
    ],
    [
      'what is stopped is started, in the project',
      shown(
        plain({}, { project: 'team' }),
        worldOf(plain({}, { project: 'team' })).map((i) => ({ ...i, status: 'Stopped' })),
      ),
      ['shop-web: start | incus start --project=team shop-web', 'shop-web: wait until healthy'],
    ],
    [
      'a project is made before anything in it',
      shown(plain({}, { project: 'team' }), []),
      [
        'team: project | incus project create -c features.images=false -c features.profiles=false team',
        'shop-web: create | incus launch --quiet --project=team tiny shop-web',
        'shop-web: wait until healthy',
      ],
    ],
    [
      'a replacement: beside the old one, which goes last',
      shown(plain({ image: 'new', ...exposed }), worldOf(plain(exposed))),
      [
        'shop-web-green: create | incus launch --quiet new shop-web-green',
        'shop-web-green: wait until healthy',
        'shop-web-green: admit: into rotation',
        'shop-web-green: take over | incus config set shop-web-green user.cul8er.role=live',
        'shop-web: drain',
        'shop-web: mark as old | incus config set shop-web user.cul8er.role=old',
        'shop-web: stop | incus stop --timeout=30 shop-web',
        'shop-web: drain',
        'shop-web: delete | incus delete --force shop-web',
      ],
    ],
    [
      'a stateful replacement: the old one makes room first',
      shown(plain({ image: 'new', stateful: true }), worldOf(plain({ stateful: true })), { force: true }),
      [
        'shop-web: mark as old | incus config set shop-web user.cul8er.role=old',
        'shop-web: stop | incus stop --timeout=30 shop-web',
        'shop-web-green: create | incus launch --quiet new shop-web-green',
        'shop-web-green: wait until healthy',
        'shop-web-green: take over | incus config set shop-web-green user.cul8er.role=live',
        'shop-web: delete | incus delete --force shop-web',
      ],
    ],
    [
      'what is left over in the way goes first, the rest last',
      shown(plain({ replicas: 1, image: 'new' }), [
        ...worldOf(plain({ replicas: 2 })),
        ...worldOf(plain({ replicas: 1 }), { color: 'green', role: 'new' }),
      ]),
      [
        'shop-web-1-green: delete | incus delete --force shop-web-1-green',
        'shop-web-1-green: create | incus launch --quiet new shop-web-1-green',
        'shop-web-1-green: wait until healthy',
        'shop-web-1-green: take over | incus config set shop-web-1-green user.cul8er.role=live',
        'shop-web-1: mark as old | incus config set shop-web-1 user.cul8er.role=old',
        'shop-web-1: stop | incus stop --timeout=30 shop-web-1',
        'shop-web-1: delete | incus delete --force shop-web-1',
        'shop-web-2: delete | incus delete --force shop-web-2',
      ],
    ],
  ])('%s', (_what, lines, expected) => {
    expect(lines).toEqual(expected)
  })
})

describe('a dry run of blue-green', () => {
  const of = (app: Part, keep = '10m'): Revision =>
    plain({ replicas: 2, ...exposed, ...app }, { strategy: { approach: 'blueGreen', keep } })
  const set = (app: Part, color: 'blue' | 'green', role: 'live' | 'old' = 'live') => worldOf(of(app), { color, role })
  const taken = (n: number, from: string, to: string): string[] => [
    `shop-web-${n}-${to}: take over | incus config set shop-web-${n}-${to} user.cul8er.role=live`,
    `shop-web-${n}-${from}: mark as old | incus config set shop-web-${n}-${from} user.cul8er.role=old`,
  ]
  const anew = (n: number): string[] => [
    `shop-web-${n}-green: create | incus launch --quiet new shop-web-${n}-green`,
    `shop-web-${n}-green: wait until healthy`,
    `shop-web-${n}-green: admit: into the pool of its color`,
  ]
  const switched = (_n: number, to: string): string => `web: switch the traffic: web to ${to}`

  it('makes a set, switches once, and keeps the old one', () => {
    expect(shown(of({ image: 'new' }), set({}, 'blue'))).toEqual([
      ...anew(1),
      ...anew(2),
      switched(2, 'green'),
      ...taken(1, 'blue', 'green'),
      ...taken(2, 'blue', 'green'),
    ])
  })

  it('or not, when it shall not be kept', () => {
    const lines = shown(of({ image: 'new' }, '0s'), set({}, 'blue'))
    expect(lines.slice(-4)).toEqual([
      'shop-web-1-blue: drain',
      'shop-web-1-blue: delete | incus delete --force shop-web-1-blue',
      'shop-web-2-blue: drain',
      'shop-web-2-blue: delete | incus delete --force shop-web-2-blue',
    ])
  })

  it('going back makes nothing', () => {
    const old = set({}, 'blue', 'old')
    const lines = shown(of({}), [...set({ image: 'new' }, 'green'), ...old], { standby: old.map(({ name }) => name) })
    expect(lines).toEqual([
      ...[1, 2].flatMap((n) => [
        `shop-web-${n}-blue: start | incus start shop-web-${n}-blue`,
        `shop-web-${n}-blue: wait until healthy`,
        `shop-web-${n}-blue: admit: into the pool of its color`,
      ]),
      switched(2, 'blue'),
      ...taken(1, 'green', 'blue'),
      ...taken(2, 'green', 'blue'),
    ])
  })
})

describe('a dry run of what was put aside', () => {
  const database = plain({ stateful: true })
  const newer = plain({ stateful: true, image: 'new' })
  const original = worldOf(database, { role: 'old' }).map((i) => ({ ...i, status: 'Stopped' as const }))
  const back = [
    'shop-web: start | incus start shop-web',
    'shop-web: wait until healthy',
    'shop-web: take over | incus config set shop-web user.cul8er.role=live',
  ]

  it.each<[string, ObservedInstance[], string[]]>([
    ['starts it again', original, back],
    [
      'stops first what never took its place',
      [...original, ...worldOf(newer, { role: 'new', color: 'green' })],
      [
        'shop-web-green: mark as old | incus config set shop-web-green user.cul8er.role=old',
        'shop-web-green: stop | incus stop --timeout=30 shop-web-green',
        ...back,
        'shop-web-green: delete | incus delete --force shop-web-green',
      ],
    ],
  ])('%s', (_what, observed, expected) => {
    expect(shown(database, observed)).toEqual(expected)
  })
})

it('a dry run of a canary tries one before the others, and takes it away', () => {
  const of = (version: string) =>
    plain({ replicas: 2, ...released(version), ...exposed }, { strategy: { approach: 'canary' } })
  const steps = shown(of('1.1.0'), worldOf(of('1.0.0'))).map((each) => each.split(' | ')[0])
  const updated = (name: string): string[] =>
    [
      'drain',
      'snapshot',
      'configure',
      'install release',
      'install release',
      'wait until healthy',
      'admit: into rotation',
    ].map((step) => `${name}: ${step}`)
  expect(steps).toEqual([
    'shop-web-1-canary: create',
    'shop-web-1-canary: install release',
    'shop-web-1-canary: wait until healthy',
    'shop-web-1-canary: admit: a share of the traffic, watched',
    ...updated('shop-web-1'),
    ...updated('shop-web-2'),
    'shop-web-1-canary: drain',
    'shop-web-1-canary: delete',
  ])
})
