import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scenarioOf } from '../scenario/generate.js'
import { simulate, type Subject } from '../simulate.js'
import { mutatedSubject, theSubject } from '../subject.js'
import { MUTATIONS, type Mutation } from './table.js'

const [withFix, withoutFix] = [true, false].map((has) => MUTATIONS.filter((m) => m.replacements.length > 0 === has))

describe('a simulation notices', () => {
  let asItIs: Subject
  beforeAll(async () => {
    asItIs = await theSubject()
  })
  afterAll(() => asItIs.close())

  it.each(withFix!)('$name: $about', { timeout: 300_000 }, async (mutation) => {
    expect(await firstToNotice(mutation, asItIs)).not.toBeNull()
  })

  if (withoutFix!.length > 0) it.todo(`what has no fix yet: ${withoutFix!.map(({ name }) => name).join(', ')}`)
})

/** The first seed that is wrong with the mutation and not without it, in a way that the mutation is known by. */
async function firstToNotice(mutation: Mutation, asItIs: Subject): Promise<number | null> {
  const { replacements, foundBy, withinSeeds, from = 1 } = mutation
  const mutated = await mutatedSubject(replacements)
  try {
    for (let seed = from; seed < from + withinSeeds; seed += 1) {
      const scenario = scenarioOf(seed)
      const wrong = await wrongs(scenario, mutated, foundBy)
      if (wrong.length === 0) continue
      const before = await wrongs(scenario, asItIs, foundBy)
      if (wrong.some((invariant) => !before.includes(invariant))) return seed
    }
    return null
  } finally {
    await mutated.close()
  }
}

async function wrongs(scenario: ReturnType<typeof scenarioOf>, subject: Subject, of: string[]): Promise<string[]> {
  const { all } = await simulate(scenario, subject, { goOn: true })
  return all.map(({ invariant }) => invariant).filter((invariant) => of.includes(invariant))
}
