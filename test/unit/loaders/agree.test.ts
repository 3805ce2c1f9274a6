import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { readJson } from '../../../src/loaders/json.js'
import { loadTopologies } from '../../../src/loaders/load.js'
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
