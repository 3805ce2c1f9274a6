import { afterAll, beforeAll, expect, it } from 'vitest'
import { Turmoil } from '../support/turmoil.js'

/* What test/workflow/turmoil.test.ts does in small. */

const ROUNDS = Number(process.env.CUL8ER_TURMOIL_ROUNDS ?? 200)

let turmoil: Turmoil
beforeAll(async () => {
  turmoil = await Turmoil.start({
    ...{ seed: Number(process.env.TURMOIL_SEED ?? 1), hosts: 50, topologies: 25, instances: 40, hostsOfEach: 9 },
    ...{ rounds: ROUNDS, atOnce: 4, faults: 12, out: 3, patienceMs: 5_000 },
  })
})
afterAll(() => turmoil.rig.stop())

it(
  `50 hosts with 1,000 instances are one consistent state after ${ROUNDS} rounds`,
  { timeout: 7_200_000 },
  async () => {
    const since = Date.now()
    const minutes = (): string => `${((Date.now() - since) / 60_000).toFixed(1)} min`
    await turmoil.deployAll()
    console.log(`deployed after ${minutes()}`)
    for (let round = 1; round <= ROUNDS; round += 1) {
      await turmoil.round(round)
      if (round % 10 === 0) console.log(`round ${round} after ${minutes()}`)
    }
    await turmoil.calm()
    expect(await turmoil.settle()).toEqual([])
    expect(await turmoil.inconsistencies()).toEqual([])
    turmoil.countFaults()
    await turmoil.countAutomatic()
    console.log(`${minutes()}: ${JSON.stringify(turmoil.figures)}`)
  },
)
