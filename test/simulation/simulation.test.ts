import { afterAll, describe, expect, it } from 'vitest'
import { reportOf } from './report.js'
import { FOUND } from './scenario/found.js'
import { scenarioOf } from './scenario/generate.js'
import { KNOWN } from './scenario/host-cases.js'
import { withHooks } from './scenario/hooks.js'
import { scenarioOfHosts } from './scenario/hosts.js'
import { isRequest } from './scenario/model.js'
import { FIRST_SEED, HOST_SEEDS, SEEDS } from './settings.js'
import { simulate } from './simulate.js'
import { theSubject } from './subject.js'

const CHUNK = 50
const { SEED } = process.env
const chunksOf = (seeds: number, chunk = CHUNK): { from: number; to: number }[] =>
  SEED === undefined
    ? Array.from({ length: Math.ceil(seeds / chunk) }, (_, i) => ({
        from: FIRST_SEED + i * chunk,
        to: FIRST_SEED - 1 + Math.min(seeds, (i + 1) * chunk),
      }))
    : [{ from: Number(SEED), to: Number(SEED) }]
const chunks = chunksOf(SEEDS)

/** Fewer: all but the hooks is as in the others. */
const hooked = chunks.slice(0, Math.ceil(chunks.length / 4))

describe('random operations on random topologies, under random faults', () => {
  const subject = theSubject()
  afterAll(() => subject.close())

  it.each(chunks)('violate nothing with the seeds $from to $to', { timeout: 300_000 }, async ({ from, to }) => {
    for (let seed = from; seed <= to; seed += 1) {
      const scenario = scenarioOf(seed)
      const outcome = await simulate(scenario, subject)
      if (outcome.wrong !== null) expect.fail(await reportOf(scenario, outcome, subject))
    }
  })

  it.each(hooked)(
    'nor with hooks that fail, with the seeds $from to $to',
    { timeout: 300_000 },
    async ({ from, to }) => {
      for (let seed = from; seed <= to; seed += 1) {
        const scenario = withHooks(scenarioOf(seed))
        const outcome = await simulate(scenario, subject)
        if (outcome.wrong !== null) expect.fail(await reportOf(scenario, outcome, subject))
      }
    },
  )

  it.each(chunksOf(HOST_SEEDS, 20))(
    'nor with hosts that die, return and split, with the seeds $from to $to',
    { timeout: 300_000 },
    async ({ from, to }) => {
      for (let seed = from; seed <= to; seed += 1) {
        const scenario = scenarioOfHosts(seed)
        const outcome = await simulate(scenario, subject)
        if (outcome.wrong !== null) expect.fail(await reportOf(scenario, outcome, subject))
      }
    },
  )

  it.each(KNOWN)(
    'still violate, which is known: $what ($why)',
    { timeout: 300_000 },
    async ({ scenario, invariant }) => {
      const { wrong } = await simulate(scenario, subject)
      // Once it does so no more it belongs to what was found.
      expect(wrong?.invariant).toBe(invariant)
    },
  )

  it.each(FOUND)('once violated, and do so no more: $what', { timeout: 300_000 }, async ({ scenario }) => {
    const { wrong, operations } = await simulate(scenario, subject)
    expect(wrong).toBeNull()
    expect(operations).toBe(scenario.commands.filter(({ does }) => isRequest(does)).length)
  })

  it('go the same way each time, whatever was simulated in between', { timeout: 300_000 }, async () => {
    const seeds = [1, 2, 3, 5, 8, 13, 21, 34]
    const hashes = async (order: number[]): Promise<Map<number, string>> => {
      const found = new Map<number, string>()
      for (const seed of order) found.set(seed, (await simulate(scenarioOf(seed), subject)).hash)
      return found
    }
    const first = await hashes(seeds)
    expect(await hashes(seeds.toReversed())).toEqual(new Map([...first].reverse()))
    expect(new Set(first.values()).size).toBe(seeds.length)
  })
})
