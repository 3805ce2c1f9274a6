import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { WorkflowType } from '../../src/contracts/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { localServer } from '../support/temporal.js'

/* What commands that only look leave on a Temporal server. */

const declared = shop('', { web: { deploy: undefined, network: undefined, replicas: 1 } }) as never

describe.each([
  { server: 'a server with standalone activities', standalone: true, inspections: 0 },
  { server: 'a server without them', standalone: false, inspections: 3 },
])('$server', ({ standalone, inspections }) => {
  let rig: Rig
  let client: Cul8er
  beforeAll(async () => {
    rig = await Rig.start(await localServer([], { 'activity.enableStandalone': standalone }))
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const workflowTypes = async (): Promise<string[]> => {
    const types: string[] = []
    for await (const { type } of rig.env.client.workflow.list()) types.push(type)
    return types
  }

  it('answers plan and status, and says what went wrong', async () => {
    expect((await client.plan(declared)).plan.changes).toHaveLength(1)
    await (await client.deploy(declared)).result()
    expect(await client.status('shop')).toMatchObject({ healthy: true, instances: [{ name: 'shop-web-1' }] })
    rig.emulator.fault({ match: { host: 'one', verb: 'list' }, fault: { error: 'not authorized' } })
    await expect(client.status('shop')).rejects.toMatchObject({ code: 'PERMISSION' })
  })

  it(`has ${inspections} workflows of them in its list`, async () => {
    await expect
      .poll(async () => (await workflowTypes()).filter((type) => type !== WorkflowType.inspect).sort())
      .toEqual(['ledger', 'rolling'])
    expect((await workflowTypes()).filter((type) => type === WorkflowType.inspect)).toHaveLength(inspections)
  })

  it('keeps no answer', async () => {
    if (!standalone) return
    const activities = async (): Promise<string[]> => {
      const ids: string[] = []
      for await (const { activityId, status } of rig.env.client.activity.list('')) ids.push(`${activityId} ${status}`)
      return ids
    }
    // The one that failed stays for a person to look at.
    await expect.poll(activities).toEqual([expect.stringMatching(/^inspect-topology\/shop\/.* FAILED$/)])
  })
})
