import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TASK_QUEUE, WorkflowType } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

describe('housekeeping', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  it('removes artifacts that no kept revision names, and no other', async () => {
    const kept = await rig.release('shop', '1.0.0')
    const superfluous = await rig.release('shop', '0.9.0')
    const revision = rig.revision(topologyOf(shop('1.0.0')), { 'shop@1.0.0': kept })
    await rig.run('shop', { kind: 'deploy', revision })
    const sweep = (workflowId: string) =>
      rig.env.client.workflow.execute(WorkflowType.housekeeping, { workflowId, taskQueue: TASK_QUEUE })
    expect(await sweep('too-young')).toMatchObject({ removed: 0 })
    await rig.age(superfluous.sha256, 2 * 3_600_000)
    await rig.age(kept.sha256, 2 * 3_600_000)
    expect(await sweep('old')).toMatchObject({ removed: 1 })
    expect(await rig.deps.artifacts.has(superfluous.sha256)).toBe(false)
    expect(await rig.deps.artifacts.has(kept.sha256)).toBe(true)
  })
})
