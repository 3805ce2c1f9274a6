import { hostname, userInfo } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* What a later look at ended operations shows: from the ledger who asked, from Temporal the steps. */

let rig: Rig
let client: Cul8er
beforeAll(async () => {
  rig = await Rig.start()
  const typed = { directory: '/home/me/shop', options: ['--force'] }
  client = await Cul8er.connect({ address: rig.env.address, home: rig.folder, typed })
})
afterAll(async () => {
  await client.close()
  await rig.stop()
})

const declared = (image = 'cul8er/tiny') =>
  shop('', { web: { deploy: undefined, network: undefined, replicas: 1, image } }) as never

it('a good one: its steps, and who asked from where', async () => {
  const { operation } = await (await client.deploy(declared())).result()
  expect(operation).toBe('op-1')
  const past = await client.operation('shop', 1)
  expect(past).toMatchObject({
    operation: 'op-1',
    ended: {
      outcome: 'succeeded',
      by: { who: `${userInfo().username}@${hostname()}`, directory: '/home/me/shop', options: ['--force'] },
    },
    current: null,
  })
  expect(past.steps?.map(({ name }) => name)).toEqual(expect.arrayContaining(['plan', 'create']))
})

it('one that failed: its steps come from the failure of its workflow', async () => {
  rig.emulator.fault({ match: { verb: 'start' }, fault: { error: 'not authorized' }, times: 'always' })
  rig.emulator.fault({ match: { verb: 'launch' }, fault: { error: 'not authorized' }, times: 'always' })
  rig.emulator.fault({ match: { verb: 'create' }, fault: { error: 'not authorized' }, times: 'always' })
  const result = await (
    await client.deploy(shop('', { web: { deploy: undefined, network: undefined, replicas: 2 } }) as never)
  ).result()
  rig.emulator.clearFaults()
  expect(result.outcome).not.toBe('succeeded')
  const past = await client.operation('shop', 2)
  expect(past.ended).toMatchObject({ outcome: result.outcome, error: { code: 'PERMISSION' } })
  expect(past.steps).toEqual(result.steps)
  expect(past.steps?.length).toBeGreaterThan(0)
})

it('one that never was', async () => {
  await expect(client.operation('shop', 99)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(client.operation('nothing', 1)).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
})
