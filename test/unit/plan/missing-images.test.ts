import { describe, expect, it } from 'vitest'
import { downloads, missingImage, neededImages, type NeededImage } from '../../../src/plan/missing-images.js'
import { isLocalImage } from '../../../src/topology/image-names.js'
import { revisionOf, web } from './world.js'

describe('images of a name without a remote', () => {
  it.each([
    ['tiny', true],
    ['cul8er/tiny', true],
    ['0e730ceccb95', true],
    ['my/app:2', true],
    ['images:debian/12', false],
    ['images:postgres', false],
    ['local:tiny', false],
  ])('%s: %s', (image, local) => {
    expect(isLocalImage(image)).toBe(local)
  })
})

it('each image is needed once a host, in the project of the topology; that of an edge in the default one', () => {
  const revision = revisionOf(web({ replicas: 3 }, { project: 'p' }))
  const made = ['one', 'one', 'two'].map((host) => ({ resource: 'web', host }))
  const edges = [{ host: 'one', instance: 'cul8er-edge', image: 'tiny' }]
  expect(neededImages(revision, { made, edges })).toEqual([
    { image: 'tiny', host: 'one', project: 'p', place: 'resources.web.image' },
    { image: 'tiny', host: 'two', project: 'p', place: 'resources.web.image' },
    { image: 'tiny', host: 'one', project: null, place: 'the edge of one' },
  ])
})

const recipes = ['debian', 'edge', 'tiny']

describe('an image that a host does not have', () => {
  const of = (image: string, aliases: string[], over: Partial<NeededImage> = {}) => {
    const needed = { image, host: 'here', project: null, place: 'resources.web.image', ...over }
    const { code, message, hint } = missingImage(needed, { aliases, recipes, build: '/c/scripts/setup/host' })
    expect(code).toBe('IMAGE_NOT_FOUND')
    return { message, hint }
  }

  it.each([
    [
      'one of ours that can be built',
      of('cul8er/tiny', []),
      'resources.web.image: host here has no image cul8er/tiny',
      'build and import it there: /c/scripts/setup/host tiny',
    ],
    [
      'one of ours that no recipe makes',
      of('cul8er/tinny', ['mine']),
      'resources.web.image: host here has no image cul8er/tinny (did you mean cul8er/tiny?)',
      'cul8er has recipes for debian, edge, tiny',
    ],
    [
      'an alias with a slip in it',
      of('my/wbe', ['my/web', 'other']),
      'resources.web.image: host here has no image my/wbe (did you mean my/web?)',
      'it has my/web, other; import one with `incus image import FILE --alias my/wbe`, or name a remote such as images:debian/12',
    ],
    [
      'an alias on a host without images',
      of('debian/12', []),
      'resources.web.image: host here has no image debian/12',
      'it has none; import one with `incus image import FILE --alias debian/12`, or name a remote such as images:debian/12',
    ],
    [
      'that of an edge',
      of('cul8er/edge', ['cul8er/tiny'], { place: 'the edge of here' }),
      'the edge of here: host here has no image cul8er/edge',
      'build and import it there: /c/scripts/setup/host edge',
    ],
  ])('%s', (_, { message, hint }, wantedMessage, wantedHint) => {
    expect(message).toBe(wantedMessage)
    expect(hint).toBe(wantedHint)
  })
})

it('names the hosts that may have the image and do not say', () => {
  const needed = { image: 'cul8er/tiny', host: 'h2', project: null, place: 'resources.web.image' }
  const silent = ['h1: connection refused']
  expect(missingImage(needed, { aliases: [], recipes, build: 'x', silent }).message).toBe(
    'resources.web.image: host h2 has no image cul8er/tiny; no word of it from h1: connection refused',
  )
})

it.each([
  ['of the host itself', 'cul8er/tiny', [], false],
  ['that the host has from there', 'images:debian/12', [{ aliases: [], source: 'debian/12' }], false],
  ['that the host does not have', 'images:debian/12', [{ aliases: ['debian/12'], source: null }], true],
])('an image %s', (_, image, has, fetched) => {
  const needed = { image, host: 'here', project: null, place: 'resources.web.image' }
  expect(downloads([needed], { here: has })).toEqual(fetched ? [{ image, host: 'here' }] : [])
  expect(downloads([needed], {})).toEqual([])
})
