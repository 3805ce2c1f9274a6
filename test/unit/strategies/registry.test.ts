import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as Registry from '../../../src/strategies/registry.js'
import type { Strategy } from '../../../src/strategies/strategy.js'

/* A strategy is a file and a line in the registry; everything else that knows strategies by name follows from it. */

const toy: Strategy = {
  name: 'oneByOne',
  summary: 'one instance after the other',
  aliases: ['one-by-one'],
  outline: () => ({ stages: [], gone: [], standby: [] }),
}

beforeEach(() => {
  vi.resetModules()
  vi.doMock('../../../src/strategies/registry.js', async (original) => {
    const real = await original<typeof Registry>()
    const all = [...real.STRATEGIES, toy]
    return {
      STRATEGIES: all,
      strategyNamed: (name: string) => all.find((s) => s.name === name) ?? real.strategyNamed(name),
    }
  })
})
afterEach(() => {
  vi.doUnmock('../../../src/strategies/registry.js')
  vi.resetModules()
})

const declared = (approach: string): unknown => ({
  name: 'shop',
  hosts: { one: { address: 'localhost', platform: 'debian' } },
  resources: { web: { image: 'tiny', on: 'one' } },
  strategy: { approach },
})

it('the schema takes it, and says so when it takes something else', async () => {
  const { parseTopology } = await import('../../../src/topology/parse.js')
  expect(parseTopology(declared('oneByOne'))).toMatchObject({
    ok: true,
    topology: { strategy: { approach: 'oneByOne' } },
  })
  const wrong = parseTopology(declared('oneByOn'))
  expect(wrong.ok ? '' : wrong.problems.map(({ message }) => message).join()).toContain('oneByOne')
})

it('the JSON schema and its descriptions know it', async () => {
  const { topologyJsonSchema } = await import('../../../src/topology/json-schema.js')
  const text = JSON.stringify(topologyJsonSchema())
  expect(text).toContain('"oneByOne"')
  expect(text).toContain('oneByOne: one instance after the other')
})

it.each(['oneByOne', 'one-by-one'])('--strategy %s', async (strategy) => {
  const { override } = await import('../../../src/client/overrides.js')
  const { normalised } = await import('../../../src/client/declared.js')
  expect(override(normalised(declared('rolling') as never), { strategy }).strategy.approach).toBe('oneByOne')
})
