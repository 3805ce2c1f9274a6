import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { progress } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

describe("Temporal's own cancel of an operation", () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  it('takes everything back, as abort does, and the ledger goes on', async () => {
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0', { health: 'never' }) }
    const revision = rig.revision(topologyOf(shop('1.0.0')), artifacts)
    const started = await rig.start('shop', { kind: 'deploy', revision })
    const operation = rig.env.client.workflow.getHandle(started.workflowId)
    while (!(await operation.query(progress)).step.startsWith('wait until healthy')) await rig.env.sleep(20)
    await operation.cancel()
    expect(await rig.end(started)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    expect(rig.instances()).toEqual({})
    expect(await rig.idle('shop')).toMatchObject({ current: null, stable: null })
  })
})
