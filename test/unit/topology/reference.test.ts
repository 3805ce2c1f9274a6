import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { topologyReference } from '../../../scripts/topology-reference.js'

it('docs/topology-reference.md is the one that the schema makes', () => {
  const committed = readFileSync(new URL('../../../docs/topology-reference.md', import.meta.url), 'utf8')
  expect(committed, 'run: node scripts/make-docs.mjs').toBe(topologyReference())
})
