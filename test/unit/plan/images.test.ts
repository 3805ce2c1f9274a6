import { expect, test } from 'vitest'
import { imageNotes } from '../../../src/plan/images.js'
import type { Labels, ObservedInstance } from '../../../src/plan/model.js'
import { planChanges } from '../../../src/plan/plan.js'
import { instanceOf, revisionOf, web } from './world.js'
import { instanceSpec, replicas } from '../../../src/plan/specs.js'

const revision = revisionOf(web({ replicas: 2 }))
type Instance = ObservedInstance & { labels: Labels }
const made = (baseImage?: string, of = revision): Instance[] =>
  replicas(of).map((replica) => ({
    ...instanceOf(instanceSpec(of, replica, replica.index === 1 ? 'one' : 'two', '')),
    ...(baseImage === undefined ? {} : { baseImage }),
  }))
const both = (fingerprint: string) => ({ one: new Map([['tiny', fingerprint]]), two: new Map([['tiny', fingerprint]]) })
const notes = (ours: Instance[], images: Parameters<typeof imageNotes>[1]['images'], now = revision): string[] =>
  imageNotes(now, { changes: planChanges({ revision: now, observed: ours }).changes, ours, images })

test.each([
  ['the image that the alias names', made('a'), both('a'), []],
  ['an alias that is not on the host', made('a'), { one: new Map([['edge', 'b']]) }, []],
  ['a host that was not asked', made('a'), {}, []],
  ['an instance that does not say', made(), both('b'), []],
  [
    'an alias that names another image on one host',
    made('a'),
    { one: new Map([['tiny', 'b']]), two: new Map([['tiny', 'a']]) },
    [expect.stringMatching(/^web: shop-web-\S+ runs on an older tiny than the host has now/)],
  ],
  ['both', made('a'), both('b'), [expect.stringMatching(/^web: shop-web-\S+, shop-web-\S+ run/)]],
])('%s', (_what, ours, images, expected) => expect(notes(ours, images)).toEqual(expected))

test('what the plan makes anew is left out', () => {
  const other = revisionOf(web({ replicas: 2, image: 'edge' }))
  const images = { one: new Map([['edge', 'b']]), two: new Map([['edge', 'b']]) }
  expect(notes(made('a'), images, other)).toEqual([])
})
