import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorkflows } from '../bundle.js'
import { INVARIANTS } from '../invariants/index.js'
import { scenarioOf } from '../scenario/generate.js'
import { simulate } from '../simulate.js'
import { mutatedSubject, theSubject } from '../subject.js'
import { replaceIn } from './replacement.js'
import { MUTATIONS, type Mutation } from './table.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The seed of the first scenario in which one of the invariants that should notice it does. */
async function seedThatFinds({ replacements, foundBy, scenario, ...seeds }: Mutation): Promise<number | null> {
  const { from = 1, withinSeeds = 0 } = seeds
  const scenarios =
    scenario === undefined ? Array.from({ length: withinSeeds }, (_, i) => scenarioOf(from + i)) : [scenario]
  const subject = await mutatedSubject(replacements)
  const skipped = new Set(INVARIANTS.map(({ name }) => name).filter((name) => !foundBy.includes(name)))
  try {
    for (const each of scenarios) {
      const { wrong } = await simulate(each, subject, { skipped })
      if (wrong !== null && foundBy.includes(wrong.invariant)) return each.seed
    }
    return null
  } finally {
    await subject.close()
  }
}

const WITH_SCENARIO = MUTATIONS.flatMap(({ name, scenario }) => (scenario === undefined ? [] : [{ name, scenario }]))

describe('a fix that is taken out', () => {
  const asItIs = theSubject()
  // Compiled once, so that a mutation costs no more than what it changes.
  beforeAll(() => bundleWorkflows())
  afterAll(() => asItIs.close())

  it.each(MUTATIONS)('$name: is there to be taken out', ({ replacements }) => {
    for (const replacement of replacements) {
      replaceIn(readFileSync(`${root}${replacement.file}`, 'utf8'), replacement)
    }
  })

  it.each(MUTATIONS)('$name: is noticed', { timeout: 300_000 }, async (mutation) => {
    expect(await seedThatFinds(mutation)).not.toBeNull()
  })

  it.each(WITH_SCENARIO)(
    '$name: its scenario violates nothing as it is',
    { timeout: 300_000 },
    async ({ scenario }) => {
      const { wrong } = await simulate(scenario, asItIs)
      expect(wrong).toBeNull()
    },
  )

  it('is one of at least ten of the defects that the engine was rewritten for', () => {
    expect(new Set(MUTATIONS.flatMap(({ defect }) => defect ?? [])).size).toBeGreaterThanOrEqual(10)
  })
})
