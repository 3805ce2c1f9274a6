import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toDeclaration } from '../../support/declaration.js'
import { parseTopologies, parseTopology } from '../../../src/topology/parse.js'
import { mutatedDeclaration, validDeclaration } from './arbitrary.js'
import { parsed } from './sample.js'

it('a normal form written out and read again is the same', () =>
  fc.assert(
    fc.property(validDeclaration, (written) => {
      const topology = parsed(written)
      expect(parsed(toDeclaration(topology))).toStrictEqual(topology)
      expect(parsed(JSON.parse(JSON.stringify(toDeclaration(topology))))).toStrictEqual(topology)
    }),
    { numRuns: 200 },
  ))

it('a normal form is plain JSON', () =>
  fc.assert(
    fc.property(validDeclaration, (written) => {
      const topology = parsed(written)
      expect(JSON.parse(JSON.stringify(topology))).toStrictEqual(topology)
    }),
    { numRuns: 50 },
  ))

it('no value crashes the parser, and none is a topology by accident', () =>
  fc.assert(
    fc.property(
      fc.anything({
        withNullPrototype: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withBigInt: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
      (value) => {
        for (const result of [parseTopology(value), parseTopologies(value), parseTopologies([value])]) {
          expect(result.ok ? [] : result.problems).not.toHaveLength(0)
        }
      },
    ),
    { numRuns: 500 },
  ))

it('a declaration with a mistake in it is refused in our own words, or means something', () =>
  fc.assert(
    fc.property(mutatedDeclaration, (value) => {
      const result = parseTopology(value)
      if (result.ok) expect(parsed(toDeclaration(result.topology))).toStrictEqual(result.topology)
      else for (const { message } of result.problems) expect(message).toMatch(/^found (?!.*Invalid).*, allowed /s)
    }),
    { numRuns: 500 },
  ))
