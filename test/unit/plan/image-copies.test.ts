import { describe, expect, it } from 'vitest'
import { copyWords, imageCopy, type ImageSource } from '../../../src/plan/image-copies.js'
import type { IncusImage } from '../../../src/incus/parse.js'

const printOf = (letter: string): string => Buffer.from(letter).toString('hex').repeat(32)
const image = (alias: string, letter: string, architecture = 'x86_64'): IncusImage => ({
  ...{
    fingerprint: printOf(letter),
    aliases: [alias],
    type: 'container',
    architecture,
    source: null,
    size: 10_300_000,
  },
  ...{ properties: { 'cul8er.hash': `v-${letter}` }, createdAt: '', uploadedAt: '' },
})
const EDGE = 'cul8er/edge'
const here: ImageSource = { host: null, images: [image(EDGE, 'a')] }
const h1: ImageSource = { host: 'h1', images: [image('cul8er/tiny', 't'), image(EDGE, 'b')] }
const h2: ImageSource = { host: 'h2', images: [image(EDGE, 'c', 'aarch64')] }
const h3: ImageSource = { host: 'h3', images: [] }

describe('where a host gets an image of ours from', () => {
  const of = (sources: ImageSource[], { architectures = ['x86_64', 'i686'], alias = EDGE, host = 'h3' } = {}) => {
    const copy = imageCopy({ image: alias, host }, { project: null, architectures, sources })
    return copy === null ? null : [copy.from, Buffer.from(copy.fingerprint, 'hex').toString()[0]]
  }
  it.each([
    ['the first that has it', of([here, h1]), [null, 'a']],
    ['the next where the first has none', of([h3, h1]), ['h1', 'b']],
    ['one that runs there', of([h2, h1]), ['h1', 'b']],
    ['one that runs there, of the other kind', of([h1, h2], { architectures: ['aarch64'] }), ['h2', 'c']],
    ['any for a host that does not say what it is', of([h2], { architectures: [] }), ['h2', 'c']],
    ['nobody for what runs nowhere else', of([h2]), null],
    ['nobody where none has it', of([h3]), null],
    ['never itself', of([h1], { host: 'h1' }), null],
    [
      'nobody for an image of another name, which may be another on each host',
      of([{ host: 'h1', images: [image('mine', 'm')] }], { alias: 'mine' }),
      null,
    ],
  ])('%s', (_, found, wanted) => {
    expect(found).toEqual(wanted)
  })

  it.each<[string, Partial<IncusImage>]>([
    ['a fingerprint that leads elsewhere', { fingerprint: '../../1.0/instances' }],
    ['a size that no time suffices for', { size: 1e300 }],
    ['a size below nothing', { size: -1 }],
    ['a size that is none', { size: Number.NaN }],
    ['properties that no history has room for', { properties: { a: 'x'.repeat(20_000) } }],
  ])('is nobody who says of it %s', (_, said) => {
    expect(of([{ host: 'h1', images: [{ ...image(EDGE, 'b'), ...said }] }, here])).toEqual([null, 'a'])
  })

  it('says so', () => {
    const how = { project: 'p', architectures: [], sources: [here] }
    const copy = imageCopy({ image: EDGE, host: 'h3' }, how)!
    expect(copy).toMatchObject({ project: 'p', properties: { 'cul8er.hash': 'v-a' } })
    expect(copyWords(copy)).toBe("cul8er/edge from the worker's machine (10MiB)")
    expect(copyWords({ ...copy, from: 'h1', sizeBytes: 3 })).toBe('cul8er/edge from h1 (1MiB)')
  })
})
