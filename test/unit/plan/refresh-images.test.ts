import { describe, expect, it, test } from 'vitest'
import type { Cul8erError } from '../../../src/errors.js'
import type { ImagesOfHosts } from '../../../src/plan/images.js'
import type { ObservedInstance, Revision, Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { planChanges, toPlan, type PlanInput } from '../../../src/plan/plan.js'
import { apply, read, revisionOf, web, worldOf } from './world.js'

const OLD = 'a'.repeat(64)
const NEW = 'b'.repeat(64)
const WHY = 'image tiny was aaaaaaaaaaaa when it was created, and is bbbbbbbbbbbb on its host now'

type Part = Record<string, unknown>
const wanted = (app: Part = {}, approach = 'rolling'): Revision =>
  revisionOf(web({ replicas: 2, ...app }, { strategy: { approach } }))
/** Every replica filled, from the old image where nothing else is said. */
const there = (revision: Revision, of: { color?: Color; role?: Role } = {}, baseImage: string | null = OLD) =>
  worldOf(revision, of).map((each) => ({ ...each, ...(baseImage === null ? {} : { baseImage }) }))
const tiny = (one?: string, two: string | undefined = one): ImagesOfHosts => ({
  one: new Map(one === undefined ? [] : [['tiny', one]]),
  two: new Map(two === undefined ? [] : [['tiny', two]]),
})

const rolling = wanted()
const blueGreen = wanted({}, 'blueGreen')

describe('a refresh of images', () => {
  it.each<[string, PlanInput, string[]]>([
    ['changes nothing where nobody asked for it', { revision: rolling, observed: there(rolling) }, []],
    [
      'changes nothing where every instance has the newest',
      { revision: rolling, observed: there(rolling), refresh: tiny(OLD) },
      [],
    ],
    [
      'replaces instances of an older image',
      { revision: rolling, observed: there(rolling), refresh: tiny(NEW) },
      [`replace shop-web-1 by shop-web-1-green@one: ${WHY}`, `replace shop-web-2 by shop-web-2-green@two: ${WHY}`],
    ],
    [
      'and only on the hosts that have a newer one',
      { revision: rolling, observed: there(rolling), refresh: tiny(OLD, NEW) },
      [`replace shop-web-2 by shop-web-2-green@two: ${WHY}`],
    ],
    [
      'leaves a host alone that is left out',
      { revision: rolling, observed: there(rolling), refresh: tiny(NEW), without: ['two'] },
      [`replace shop-web-1 by shop-web-1-green@one: ${WHY}`, 'create shop-web-2@one: host two is left out'],
    ],
    ['leaves alone what no host has an alias of', { revision: rolling, observed: there(rolling), refresh: tiny() }, []],
    [
      'leaves alone what does not say which image it is of',
      { revision: rolling, observed: there(rolling, {}, null), refresh: tiny(NEW) },
      [],
    ],
    [
      'goes with other changes of the same instance',
      { revision: wanted({ limits: { cpu: 2 } }), observed: there(rolling).slice(0, 1), refresh: tiny(NEW) },
      [
        `replace shop-web-1 by shop-web-1-green@one: limits.cpu is unset, should be "2"; ${WHY}`,
        'create shop-web-2@two: missing',
      ],
    ],
    [
      'is no further reason where the declared image is another one',
      {
        revision: wanted({ image: 'edge' }),
        observed: there(rolling),
        refresh: tiny(NEW),
      },
      [
        'replace shop-web-1 by shop-web-1-green@one: image is tiny, should be edge',
        'replace shop-web-2 by shop-web-2-green@two: image is tiny, should be edge',
      ],
    ],
    [
      'nor where the instance moves to another host',
      { revision: wanted({ on: 'one' }), observed: there(rolling).slice(1), refresh: tiny(OLD, NEW) },
      [
        'create shop-web-1@one: missing',
        'replace shop-web-2 by shop-web-2-green@one: host two is no longer one of its hosts',
      ],
    ],
    [
      'does not replace what is deleted',
      { revision: wanted({ replicas: 1 }), observed: there(rolling), refresh: tiny(NEW) },
      [`replace shop-web-1 by shop-web-1-green@one: ${WHY}`, 'delete shop-web-2@two: there are fewer replicas now'],
    ],
    [
      'makes a new set with blueGreen, also where one host alone has a newer image',
      { revision: blueGreen, observed: there(blueGreen, { color: 'blue' }), refresh: tiny(NEW, OLD) },
      [
        `replace shop-web-1-blue by shop-web-1-green@one: ${WHY}`,
        'replace shop-web-2-blue by shop-web-2-green@two: its set is replaced',
      ],
    ],
    [
      'does not take back a standby of the older image',
      {
        revision: blueGreen,
        observed: [...there(blueGreen, { color: 'blue' }), ...there(blueGreen, { color: 'green', role: 'old' })],
        standby: ['shop-web-1-green', 'shop-web-2-green'],
        refresh: tiny(NEW),
      },
      [
        `replace shop-web-1-blue by shop-web-1-green@one: ${WHY}`,
        `replace shop-web-2-blue by shop-web-2-green@two: ${WHY}`,
      ],
    ],
    [
      'takes back a standby of the image that the alias names again',
      {
        revision: blueGreen,
        observed: [...there(blueGreen, { color: 'blue' }), ...there(blueGreen, { color: 'green', role: 'old' }, NEW)],
        standby: ['shop-web-1-green', 'shop-web-2-green'],
        refresh: tiny(NEW),
      },
      [
        `replace shop-web-1-blue by shop-web-1-green@one: ${WHY}; goes back to shop-web-1-green, the standby`,
        `replace shop-web-2-blue by shop-web-2-green@two: ${WHY}; goes back to shop-web-2-green, the standby`,
      ],
    ],
  ])('%s', (_what, input, expected) => {
    expect(read(planChanges(input).changes.filter(isNoLeftover))).toEqual(expected)
  })

  it.each([
    ['rolling', ''],
    ['blueGreen', 'blue'],
    ['canary', ''],
    ['recreate', ''],
  ] as const)('%s: what differs is told as data, and is no drift', (approach, color) => {
    const revision = wanted({}, approach)
    const plan = planChanges({ revision, observed: there(revision, { color }), refresh: tiny(NEW) })
    expect(toPlan('shop', plan).changes).toMatchObject([
      { action: 'replace', drift: false, image: { name: 'tiny', from: OLD, to: NEW } },
      { action: 'replace', drift: false, image: { name: 'tiny', from: OLD, to: NEW } },
    ])
  })

  it.each(['rolling', 'blueGreen'])('%s: once it is done, nothing is left to do, and nothing goes back', (approach) => {
    const revision = wanted({}, approach)
    const keep = approach === 'blueGreen'
    const observed = there(revision, { color: keep ? 'blue' : '' })
    const { changes } = planChanges({ revision, base: revision, observed, refresh: tiny(NEW) })
    const after = apply(revision, changes, observed, { keep }).map((each) => ({ baseImage: NEW, ...each }))
    const standby = after.filter(({ labels }) => labels?.role === 'old').map(({ name }) => name)
    expect(standby).toHaveLength(keep ? 2 : 0)
    for (const refresh of [tiny(NEW), null]) {
      expect(read(planChanges({ revision, base: revision, observed: after, standby, refresh }).changes)).toEqual([])
    }
  })
})

const isNoLeftover = ({ action, reasons }: { action: string; reasons: string[] }): boolean =>
  action !== 'delete' || !reasons.some((reason) => reason.startsWith('left over'))

describe('a stateful instance of an older image', () => {
  const revision = revisionOf(web({ stateful: true, on: 'one' }))
  const observed = there(revision)

  it('is not replaced without force, and the hint says how to go on', () => {
    expect(failure(() => planChanges({ revision, observed, refresh: tiny(NEW) }))).toMatchObject({
      code: 'DATA_LOSS',
      message: `data would be lost: shop-web on one is stateful and would be replaced by shop-web-green, its data with it (${WHY})`,
      hint: 'leave out --refresh-images, or move the data yourself and use --force',
    })
  })

  it('is with force, and a note says what is lost', () => {
    const { changes, notes } = planChanges({ revision, observed, refresh: tiny(NEW), force: true })
    expect(read(changes)).toEqual([`replace shop-web by shop-web-green@one: ${WHY}`])
    expect(notes).toContain('--force: shop-web-green replaces shop-web and starts without its data')
  })

  it.each<[string, ImagesOfHosts | null]>([
    ['with the option', tiny(NEW)],
    ['without it, for it is as declared', null],
  ])('that a held refresh replaced: the newer one is set right %s, and the older one stays', (_what, refresh) => {
    const aside = observed.map((each) => ({
      ...each,
      status: 'Stopped' as const,
      labels: { ...each.labels, role: 'old' as const },
    }))
    const live = there(revision, { color: 'green' }, NEW)
    const dirty = ['shop-web-green', 'shop-web']
    const { changes, notes } = planChanges({ revision, observed: [...aside, ...live], dirty, refresh })
    expect(read(changes)).toEqual(['update shop-web-green@one: dirty: an earlier operation left it half changed'])
    expect(notes).toContain(
      'shop-web on one was replaced and may hold the only copy of its data: it stays; --force deletes it',
    )
  })

  it('is not taken back in place of one of the newer image', () => {
    const aside: ObservedInstance[] = there(revision, { color: 'green', role: 'old' }).map((each) => ({
      ...each,
      status: 'Stopped',
    }))
    const plan = planChanges({ revision, observed: [...observed, ...aside], refresh: tiny(NEW), force: true })
    expect(read(plan.changes.filter(({ action }) => action === 'replace'))).toEqual([
      `replace shop-web by shop-web-blue@one: ${WHY}`,
    ])
  })
})

describe('notes', () => {
  const notes = (refresh: ImagesOfHosts | null, observed: ObservedInstance[]): string[] =>
    planChanges({ revision: rolling, observed, refresh }).notes

  it.each<[string, string[], string[]]>([
    [
      'no alias on any host',
      notes(tiny(), there(rolling)),
      ['shop-web-1, shop-web-2 not refreshed: no image has the alias tiny on one, two'],
    ],
    [
      'no alias on one host',
      notes({ ...tiny(OLD), two: new Map() }, there(rolling)),
      ['shop-web-2 not refreshed: no image has the alias tiny on two'],
    ],
    [
      'no word of the image',
      notes(tiny(NEW), there(rolling, {}, null)),
      ['shop-web-1, shop-web-2 not refreshed: Incus does not say which image it was created from'],
    ],
    ['nothing newer', notes(tiny(OLD), there(rolling)), []],
    ['replaced', notes(tiny(NEW), there(rolling)), []],
    ['not asked for', notes(null, there(rolling)), []],
  ])('%s', (_what, found, expected) => expect(found).toEqual(expected.map((note) => `web: ${note}`)))
})

describe('the fingerprint', () => {
  const print = (refresh: ImagesOfHosts | null, baseImage: string | null = OLD): string =>
    planChanges({ revision: rolling, observed: there(rolling, {}, baseImage), refresh }).fingerprint

  test.each<[string, string, string]>([
    ['that it was asked for', print(null), print(tiny(OLD))],
    ['the image that an alias names', print(tiny(OLD)), print(tiny(NEW))],
    ['the image on one host', print(tiny(NEW)), print(tiny(NEW, OLD))],
    ['the image that an instance was made from', print(tiny(NEW)), print(tiny(NEW), NEW)],
  ])('depends on %s', (_what, one, other) => expect(one).not.toBe(other))

  test('depends on no image where it was not asked for', () => {
    expect(print(null, OLD)).toBe(print(null, NEW))
  })

  test('does not depend on images that nothing was made from', () => {
    const more = {
      one: new Map([
        ['tiny', NEW],
        ['edge', OLD],
      ]),
      two: tiny(NEW).two ?? new Map(),
    }
    expect(print(more)).toBe(print(tiny(NEW)))
  })
})

function failure(run: () => unknown): Cul8erError | undefined {
  try {
    run()
  } catch (error) {
    return error as Cul8erError
  }
  return undefined
}
