import { describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import type { Labels, ObservedInstance, Revision, Role } from '../../../src/plan/model.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { apply, read, revisionOf, web, worldOf } from './world.js'

/* A stateful instance was replaced with --force, and the operation came to no end: who is what, and what comes next. */

type Part = Record<string, unknown>
type Ours = ObservedInstance & { labels: Labels }

const db = (number: number, app: Part = {}): Revision =>
  revisionOf({ ...web(), resources: { db: { image: 'pg:1', on: ['one', 'two'], stateful: true, ...app } } }, { number })
const V1 = db(1)
const V2 = db(2, { image: 'pg:2' })
const GONE = revisionOf(web({ on: 'one', replicas: 1 }), { number: 3 })

const original = (role: Role, over: Partial<Ours> = {}): Ours[] =>
  worldOf(V1, { role, operation: 1 }).map((i) => ({ ...i, ...over }))
const newer = (role: Role, over: Partial<Ours> = {}): Ours[] =>
  worldOf(V2, { role, operation: 2, color: 'green' }).map((i) => ({ ...i, ...over }))
const STOPPED = { status: 'Stopped' as const }

const PUT_ASIDE = 'was replaced, but its replacement is missing'
const LEFT = 'delete shop-db-green@one: left over from operation 2'
const KEPT = 'shop-db on one was replaced and may hold the only copy of its data: it stays; --force deletes it'

const AT_ONE = 'shop-db@one'
const BACK = `is stopped, should be running; ${PUT_ASIDE}`

/** The work, or what is refused; then what stays although nothing needs it. */
function outcome(input: PlanInput): string[] {
  try {
    const { changes, notes } = planChanges(input)
    return [...read(changes), ...notes.filter((note) => note.includes('it stays; --force'))]
  } catch (error) {
    if (error instanceof Cul8erError && error.code === 'DATA_LOSS') return [`refused: ${error.message}`]
    throw error
  }
}

const WOULD_REPLACE =
  'refused: data would be lost: shop-db on one is stateful and would be replaced by shop-db-blue, its data with it'

describe('back to the revision of the original', () => {
  it.each<[string, Ours[], string[], string[]]>([
    [
      'put aside, stopped',
      original('old', STOPPED),
      [],
      [`start shop-db@one: is stopped, should be running; ${PUT_ASIDE}`],
    ],
    ['put aside, still running', original('old'), [], [`start shop-db@one: ${PUT_ASIDE}`]],
    [
      'put aside, and its revival failed',
      original('old', STOPPED),
      ['shop-db'],
      [
        `update shop-db@one: dirty: an earlier operation left it half changed; is stopped, should be running; ${PUT_ASIDE}`,
      ],
    ],
    [
      'put aside, by an operation that said nothing at its end',
      original('old', STOPPED),
      ['operation 1'],
      [
        `update shop-db@one: dirty: an earlier operation left it half changed; is stopped, should be running; ${PUT_ASIDE}`,
      ],
    ],
    [
      'put aside for one that never got healthy',
      [...original('old', STOPPED), ...newer('new')],
      ['shop-db-green'],
      [`replace shop-db-green by shop-db@one: is stopped, should be running; ${PUT_ASIDE}`],
    ],
    [
      'the same, and both are suspect',
      [...original('old', STOPPED), ...newer('new')],
      ['shop-db', 'shop-db-green'],
      [
        `update shop-db@one: dirty: an earlier operation left it half changed; is stopped, should be running; ${PUT_ASIDE}`,
        LEFT,
      ],
    ],
    [
      'never put aside, and the newer one was not removed',
      [...original('live'), ...newer('new')],
      ['shop-db-green'],
      [LEFT],
    ],
    [
      'put aside for one that took its place: that one has data by now',
      [...original('old', STOPPED), ...newer('live')],
      [],
      [
        'refused: data would be lost: shop-db-green on one is stateful and would be discarded for shop-db, its data with it ' +
          '(image is pg:2, should be pg:1; shop-db was replaced by it and is as declared)',
      ],
    ],
    [
      'the same, half changed by a later operation',
      [...original('old', STOPPED), ...newer('live')],
      ['shop-db-green'],
      [
        'refused: data would be lost: shop-db-green on one is stateful and would be discarded for shop-db, its data with it ' +
          '(dirty: an earlier operation left it half changed; image is pg:2, should be pg:1; shop-db was replaced by it and is as declared)',
      ],
    ],
    [
      'both live, the newer one half removed: the whole one stays, the other one is for a person to judge',
      [...original('live'), ...newer('live')],
      ['shop-db-green'],
      [
        'refused: data would be lost: shop-db-green on one is stateful and would be deleted, its data with it ' +
          '(another instance has taken its place)',
      ],
    ],
    [
      'gone; only what never finished is there',
      newer('new'),
      [],
      [
        'refused: data would be lost: shop-db-green on one is stateful and would be replaced by shop-db, its data with it ' +
          '(image is pg:2, should be pg:1; created by operation 2, which did not finish)',
      ],
    ],
  ])('%s', (_what, observed, dirty, expected) => {
    expect(outcome({ revision: V1, base: V1, observed, dirty })).toEqual(expected)
  })
})

describe('on to the newer revision', () => {
  it.each<[string, Ours[], string[], string[]]>([
    ['the newer one has the place', [...original('old', STOPPED), ...newer('live')], [], [KEPT]],
    [
      'the newer one has the place, half changed',
      [...original('old', STOPPED), ...newer('live')],
      ['shop-db-green'],
      ['update shop-db-green@one: dirty: an earlier operation left it half changed', KEPT],
    ],
    [
      'both live, the newer one half changed: the whole one has the place',
      [...original('live'), ...newer('live')],
      ['shop-db-green'],
      [
        `${WOULD_REPLACE} (image is pg:1, should be pg:2); ` +
          'shop-db-green on one is stateful and would be deleted, its data with it (another instance has taken its place)',
      ],
    ],
    [
      'the newer one never took the place: the data of the original is asked about again',
      [...original('old', STOPPED), ...newer('new')],
      ['shop-db-green'],
      [`${WOULD_REPLACE} (image is pg:1, should be pg:2; is stopped, should be running; ${PUT_ASIDE})`],
    ],
    [
      'the newer one is gone',
      original('old', STOPPED),
      [],
      [
        `${WOULD_REPLACE.replace('-blue', '-green')} (image is pg:1, should be pg:2; is stopped, should be running; ${PUT_ASIDE})`,
      ],
    ],
    [
      'the original is gone, and two were not finished: one of them gets the place',
      [...newer('new'), ...worldOf(V1, { role: 'new', color: 'blue', operation: 2 })],
      [],
      ['replace shop-db-blue by shop-db-green@one: created by operation 2, which did not finish'],
    ],
    [
      'the original is gone: what was not finished is all there is',
      newer('new'),
      [],
      ['start shop-db-green@one: created by operation 2, which did not finish'],
    ],
  ])('%s', (_what, observed, dirty, expected) => {
    expect(outcome({ revision: V2, base: V1, observed, dirty })).toEqual(expected)
  })

  it('with another version alone, the original gets it where it is', () => {
    const released = (version: string) => ({ deploy: { release: 'shop', version } })
    const observed = worldOf(db(1, released('1')), { role: 'old' }).map((i) => ({ ...i, ...STOPPED }))
    expect(outcome({ revision: db(3, released('2')), observed })).toEqual([
      `update shop-db@one: release is shop@1, should be shop@2; is stopped, should be running; ${PUT_ASIDE}`,
    ])
  })
})

it('a saved plan by which it stays does not stand for one that deletes it by force', () => {
  const input = { revision: GONE, observed: original('old', STOPPED) }
  expect(planChanges({ ...input, force: true }).fingerprint).not.toBe(planChanges(input).fingerprint)
  const harmless = { revision: GONE, observed: [] }
  expect(planChanges({ ...harmless, force: true }).fingerprint).toBe(planChanges(harmless).fingerprint)
})

describe('when the resource is gone from the file', () => {
  const CREATE = 'create shop-web-1@one: missing'

  it.each<[string, Ours[], string[]]>([
    ['what was put aside stays', original('old', STOPPED), [CREATE, KEPT]],
    ['of two, the one with the data stays', [...original('old', STOPPED), ...newer('new')], [CREATE, LEFT, KEPT]],
    [
      'nor are two that were not finished: nobody knows which',
      [...newer('new'), ...worldOf(V1, { role: 'new', color: 'blue', operation: 2 })],
      [
        CREATE,
        'shop-db-blue on one, which operation 2 did not finish, is stateful and has no original: it stays; --force deletes it',
        'shop-db-green on one, which operation 2 did not finish, is stateful and has no original: it stays; --force deletes it',
      ],
    ],
    [
      'what was not finished stays when it is alone: nobody knows why',
      newer('new'),
      [
        CREATE,
        'shop-db-green on one, which operation 2 did not finish, is stateful and has no original: it stays; --force deletes it',
      ],
    ],
  ])('%s', (_what, observed, expected) => {
    expect(outcome({ revision: GONE, observed })).toEqual(expected)
  })
})

describe('with --force', () => {
  const forced = (revision: Revision, observed: Ours[], dirty: string[] = []) => {
    const { changes, notes } = planChanges({ revision, base: V1, observed, dirty, force: true })
    return { changes: read(changes), notes }
  }

  it.each<[string, Revision, Ours[], string[], string[]]>([
    [
      'the original comes back in place of the newer one',
      V1,
      [...original('old', STOPPED), ...newer('live')],
      [
        'replace shop-db-green by shop-db@one: image is pg:2, should be pg:1; shop-db was replaced by it and is as declared',
      ],
      ['--force: shop-db comes back in place of shop-db-green, and what was written to shop-db-green since is lost'],
    ],
    [
      'what was put aside is deleted',
      V2,
      [...original('old', STOPPED), ...newer('live')],
      ['delete shop-db@one: left over from operation 1'],
      ['--force: shop-db on one is deleted, its data with it'],
    ],
    [
      'a third one is made beside both',
      db(3, { image: 'pg:3' }),
      [...original('old', STOPPED), ...newer('live')],
      [
        'replace shop-db-green by shop-db-blue@one: image is pg:2, should be pg:3',
        'delete shop-db@one: left over from operation 1',
      ],
      [
        '--force: shop-db-blue replaces shop-db-green and starts without its data',
        '--force: shop-db on one is deleted, its data with it',
      ],
    ],
  ])('%s', (_what, revision, observed, changes, notes) => {
    expect(forced(revision, observed)).toEqual({ changes, notes })
  })
})

describe('how it comes back', () => {
  it.each<[string, Ours[], Part]>([
    ['alone', original('old', STOPPED), { action: 'start', from: { name: 'shop-db', role: 'old' } }],
    [
      'in place of what never finished',
      [...original('old', STOPPED), ...newer('new')],
      { action: 'replace', replaces: 'shop-db-green', from: { name: 'shop-db-green', role: 'new' } },
    ],
  ])('%s: nothing is made, and it is left alone afterwards', (_what, observed, expected) => {
    const { changes, bystanders } = planChanges({ revision: V1, observed })
    expect(changes).toMatchObject([{ instance: 'shop-db', revive: true, drift: true, ...expected }])
    expect(bystanders).toEqual([])
    const after = apply(V1, changes, observed)
    expect(after.map(({ name, labels, status }) => ({ name, role: labels?.role, status }))).toEqual([
      { name: 'shop-db', role: 'live', status: 'Running' },
    ])
    expect(planChanges({ revision: V1, observed: after }).changes).toEqual([])
  })

  it('what stays put aside is a bystander', () => {
    const { bystanders } = planChanges({ revision: V2, observed: [...original('old', STOPPED), ...newer('live')] })
    expect(bystanders.map(({ name, role }) => `${name} ${role}`)).toEqual(['shop-db-green live', 'shop-db old'])
  })
})

describe('one of several hosts is left out, and what was put aside on another holds data in volumes alone', () => {
  const declaration = db(1, { stateful: false, volumes: { data: { path: '/data' } } })
  const aside = worldOf(declaration, { role: 'old' }).map((i) => ({ ...i, ...STOPPED }))
  const base = { revision: declaration, base: declaration, observed: aside }

  it.each<[string, Partial<PlanInput>, string[]]>([
    ['it keeps its place', { without: ['two'] }, [KEPT]],
    ['it starts where that is forced', { without: ['two'], force: true }, [`start ${AT_ONE}: ${BACK}`]],
    ['it starts once nothing is left out', {}, [`start ${AT_ONE}: ${BACK}`]],
  ])('%s', (_what, more, expected) => {
    expect(outcome({ ...base, ...more })).toEqual(expected)
  })
})
