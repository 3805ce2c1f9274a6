import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readJson } from '../../../src/loaders/json.js'
import { loadTopologies } from '../../../src/loaders/load.js'
import { quickYaml } from '../../../src/loaders/quick-yaml.js'
import { readYaml } from '../../../src/loaders/yaml.js'
import { parseTopologies } from '../../../src/topology/parse.js'
import { mutatedDeclaration, validDeclaration } from '../topology/arbitrary.js'
import { parsed } from '../topology/sample.js'
import { folder } from './folder.js'

it('an object, its YAML and its JSON mean the same topology', () =>
  fc.assert(
    fc.asyncProperty(validDeclaration, async (written) => {
      const topology = parsed(written)
      expect(parsed(readYaml(stringify(written), 'x.yaml').value)).toStrictEqual(topology)
      const json = JSON.stringify(written, null, 2)
      expect(parsed((await readJson(json, 'x.json')).value)).toStrictEqual(topology)
      expect(parsed(readYaml(json, 'x.yaml').value)).toStrictEqual(topology)
    }),
    { numRuns: 60 },
  ))

const line = fc.constantFrom(
  ...['a: 1\n', 'b: x\n', 'c: [a, b]\n', 'd:\n', '  e: "q"\n', '- a\n', '  - b: 1\n', '    z: 2\n', 'f: { p: 1 }\n'],
  ...[
    'g: 017\n',
    'h: 1.0.0\n',
    'i: 0x1F\n',
    'j: yes\n',
    'k: ~ # x\n',
    'l: 1:30\n',
    'm: .5\n',
    'n: 2001-12-14\n',
    "o: ''\n",
  ],
  ...[
    'p: 10.0.0.1:80\n',
    'q: -.inf\n',
    'r: True\n',
    's: 1_000\n',
    '# x\n',
    '\n',
    "'t u': a b\n",
    'u: [{ v: 1, w: -2 }, .nan]\n',
  ],
)
// What means something to YAML, in any order.
const piece = fc.oneof(
  line,
  fc.constantFrom(
    ...[
      'a: ',
      'b:',
      '- ',
      '\n',
      '\n  ',
      ' ',
      '#',
      ' # x',
      '"',
      "'",
      '|',
      '>',
      '[',
      ']',
      '{',
      '}',
      ', ',
      ': ',
      '~',
      'null',
    ],
    ...[
      '1e3',
      '12e03',
      '-0',
      '1.',
      'é',
      '\u00a0',
      '__proto__: ',
      'constructor: ',
      '=',
      '@a',
      '`',
      '\\n',
      '4000',
      'true: ',
    ],
  ),
  fc.string({ maxLength: 3 }),
)
const texts = fc
  .oneof(fc.uniqueArray(line, { maxLength: 8 }), fc.array(piece, { maxLength: 12 }))
  .map((parts) => parts.join(''))

it('the quick reader of YAML leaves a file to the careful one, or reads the same', () => {
  let quick = 0
  fc.assert(
    fc.property(texts, (text) => {
      const found = quickYaml(text)
      if (found === null) return
      quick += 1
      const careful = readYaml(text, 'x.yaml').value
      // Not toStrictEqual: it takes a key called `constructor` for the class of its mapping.
      if (!isDeepStrictEqual(found.value, careful)) expect(found.value).toStrictEqual(careful)
    }),
    { numRuns: 2_000 },
  )
  expect(quick).toBeGreaterThan(100)
})

it.each(['blue-green/cul8er.config.yaml', 'seeds/canary.config.yaml', 'seeds/rolling-with-rollback.config.yaml'])(
  'the quick reader reads a usual file: %s',
  (file) =>
    expect(quickYaml(readFileSync(new URL(`../../../examples/${file}`, import.meta.url), 'utf8'))).not.toBeNull(),
)

it('a TypeScript file and a YAML file mean the same topology', async () => {
  for (const written of fc.sample(validDeclaration, { numRuns: 5, seed: 8 })) {
    const path = folder({ 'x.ts': `export default ${JSON.stringify(written)}`, 'x.yaml': stringify(written) })
    expect(await loadTopologies(join(path, 'x.ts'))).toStrictEqual(await loadTopologies(join(path, 'x.yaml')))
  }
})

it('each problem of a YAML file has a line of that file', () =>
  fc.assert(
    fc.property(mutatedDeclaration.map(asJson), (value) => {
      const text = stringify(value)
      const { value: read, source } = readYaml(text, 'x.yaml')
      const result = parseTopologies(read, source)
      for (const { line } of result.ok ? [] : result.problems) {
        expect(line).toBeGreaterThanOrEqual(1)
        expect(line).toBeLessThanOrEqual(text.split('\n').length)
      }
    }),
    { numRuns: 100 },
  ))

it('no text crashes a reader: it is read or refused', () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
      for (const read of [
        async () => readYaml(text, 'x.yaml').value,
        async () => (await readJson(text, 'x.json')).value,
      ]) {
        const refused: unknown = await read().then(
          () => null,
          (error: unknown) => error,
        )
        if (refused !== null) expect(refused).toMatchObject({ code: 'INVALID_TOPOLOGY' })
      }
    }),
    { numRuns: 300 },
  ))

/** What a file can hold of it. */
const asJson = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ?? 'null')
