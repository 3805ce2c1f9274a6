import { describe, expect, it } from 'vitest'
import { open, seal, secretContext, secretDigest } from '../../../src/secrets/seal.js'

const key = new Uint8Array(32).fill(7)
const context = secretContext('shop', 'web', 'TOKEN')

describe('seal', () => {
  it.each(['', 'plain', 'two\nlines\n', '"$`\\ ümläut 🎈', 'x'.repeat(10_000)])('opens what it sealed: %j', (value) => {
    expect(open(seal(value, key, context), key, context)).toBe(value)
  })

  it('makes another box each time, with the same digest', () => {
    const [one, two] = [seal('secret', key, context), seal('secret', key, context)]
    expect(one.box).not.toBe(two.box)
    expect(one.digest).toBe(two.digest)
    expect(one.digest).toMatch(/^[0-9a-f]{32}$/)
    expect(one.box).toMatch(/^v1:[\w-]+:[\w-]+:[\w-]+$/)
  })

  it.each([
    ['value', secretDigest('other', key, context)],
    ['key', secretDigest('secret', new Uint8Array(32).fill(8), context)],
    ['context', secretDigest('secret', key, 'shop/api/TOKEN')],
  ])('has another digest for another %s', (_, digest) => {
    expect(digest).not.toBe(secretDigest('secret', key, context))
  })

  const sealed = seal('secret', key, context)
  const [version, iv, text, tag] = sealed.box.split(':')
  it.each([
    ['another key', sealed.box, new Uint8Array(32).fill(8), context],
    ['another place', sealed.box, key, 'shop/api/TOKEN'],
    [
      'a changed text',
      [version, iv, `${text?.startsWith('A') ? 'B' : 'A'}${text?.slice(1)}`, tag].join(':'),
      key,
      context,
    ],
    ['a short tag', [version, iv, text, tag?.slice(0, 6)].join(':'), key, context],
    ['an unknown version', [`v2`, iv, text, tag].join(':'), key, context],
    ['rubbish', 'rubbish', key, context],
  ])('does not open with %s', (_, box, usedKey, place) => {
    expect(() => open({ box }, usedKey, place)).toThrowError(
      expect.objectContaining({ code: 'SECRET_UNRESOLVED', message: expect.stringContaining(place) as string }),
    )
  })
})
