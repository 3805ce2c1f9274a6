import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

interface Check {
  disagreements: (sources: { file: string; text: string }[], dependencies: string[]) => string[]
  packagesIn: (text: string) => string[]
}

const script = fileURLToPath(new URL('../../../scripts/checks/dependencies.mjs', import.meta.url))
const { disagreements, packagesIn } = (await import(script)) as Check

test.each([
  ["import * as z from 'zod'", ['zod']],
  ["import type { Logger } from 'pino'", ['pino']],
  ["import 'execa'", ['execa']],
  ["import {\n  a,\n  b,\n} from '@scope/name/deep.js'", ['@scope/name']],
  ["export { a } from 'yaml'", ['yaml']],
  ["const x = await import('jiti')", ['jiti']],
  ["const x = require('tar-stream')", ['tar-stream']],
  ["import fs from 'node:fs'\nimport path from 'path'\nimport a from './a.js'\nimport 'cul8er'", []],
])('%s', (text, names) => {
  expect(packagesIn(text)).toEqual(names)
})

test('what is missing, and what nobody imports', () => {
  const sources = [{ file: 'src/a.ts', text: "import 'execa'\nimport 'zod'" }]
  expect(disagreements(sources, ['zod', 'protobufjs'])).toEqual([
    'src/a.ts imports execa, which is not a dependency',
    'nothing imports the dependency protobufjs',
  ])
})
