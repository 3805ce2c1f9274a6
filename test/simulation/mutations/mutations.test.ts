import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { INVARIANTS } from '../invariants/index.js'
import { scenarioOf } from '../scenario/generate.js'
import { simulate } from '../simulate.js'
import { mutatedSubject } from '../subject.js'
import { replaceIn } from './replacement.js'
import { MUTATIONS, type Mutation } from './table.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The first seed at which one of the invariants that should notice it does. */
async function seedThatFinds({ replacements, foundBy, from = 1, withinSeeds }: Mutation): Promise<number | null> {
  const subject = await mutatedSubject(replacements)
  const skipped = new Set(INVARIANTS.map(({ name }) => name).filter((name) => !foundBy.includes(name)))
  try {
    for (let seed = from; seed < from + withinSeeds; seed += 1) {
      const { wrong } = await simulate(scenarioOf(seed), subject, { skipped })
      if (wrong !== null && foundBy.includes(wrong.invariant)) return seed
    }
    return null
  } finally {
    await subject.close()
  }
}

describe('a fix that is taken out', () => {
  it.each(MUTATIONS)('$name: is there to be taken out', ({ replacements }) => {
    for (const replacement of replacements) {
      replaceIn(readFileSync(`${root}${replacement.file}`, 'utf8'), replacement)
    }
  })

  it.each(MUTATIONS)('$name: is noticed', { timeout: 300_000 }, async (mutation) => {
    expect(await seedThatFinds(mutation)).not.toBeNull()
  })

  it('is one of at least ten of the defects that the engine was rewritten for', () => {
    expect(new Set(MUTATIONS.flatMap(({ defect }) => defect ?? [])).size).toBeGreaterThanOrEqual(10)
  })
})
