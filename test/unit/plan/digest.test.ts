import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canonicalJson, digestOf } from '../../../src/plan/digest.js'

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ b: { d: 1, c: [3, { z: 1, y: 2 }] } }, '{"b":{"c":[3,{"y":2,"z":1}],"d":1}}'],
    [[2, 1], '[2,1]'],
    [{ a: undefined, b: null }, '{"b":null}'],
    ['ä"', '"ä\\""'],
    [null, 'null'],
  ])('%j is %s', (value, json) => {
    expect(canonicalJson(value)).toBe(json)
  })

  it('does not depend on the order in which keys were written, and means the same', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse())
        expect(canonicalJson(turned)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

describe('digest', () => {
  it('is the sha256 of the canonical JSON, as others compute it', () => {
    const value = { b: ['ü', 1.5], a: null }
    expect(digestOf(value)).toBe(createHash('sha256').update('{"a":null,"b":["ü",1.5]}').digest('hex'))
    expect(digestOf(value, 16)).toBe(digestOf(value).slice(0, 16))
  })
})
