import { afterAll, beforeAll, expect, it } from 'vitest'
import { Turmoil } from '../support/turmoil.js'

/* Random operations while random commands fail and hosts die and return, emulated; test/campaign/turmoil.test.ts is larger. */

const ROUNDS = 6

let turmoil: Turmoil
beforeAll(async () => {
  turmoil = await Turmoil.start({
    ...{ seed: Number(process.env.TURMOIL_SEED ?? 11), hosts: 5, topologies: 4, instances: 12, hostsOfEach: 4 },
    ...{ rounds: ROUNDS, atOnce: 2, faults: 4, out: 1, patienceMs: 2_000 },
  })
})
afterAll(() => turmoil.rig.stop())

it(`is one consistent state after ${ROUNDS} rounds`, { timeout: 180_000 }, async () => {
  await turmoil.deployAll()
  for (let round = 1; round <= ROUNDS; round += 1) await turmoil.round(round)
  await turmoil.calm()
  expect(await turmoil.settle()).toEqual([])
  expect(await turmoil.inconsistencies()).toEqual([])
  turmoil.countFaults()
  await turmoil.countAutomatic()
  console.log(JSON.stringify(turmoil.figures))
})
