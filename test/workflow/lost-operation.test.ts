import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* Somebody terminates an operation in the Web UI, in the middle of an instance. */

describe('an instance that a terminated operation had drained', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} })
  })
  afterAll(() => rig.stop())

  /** What the edge is told of the second instance from here on, each state once in a row. */
  async function states(fleet: Fleet, work: () => Promise<unknown>): Promise<string[]> {
    const edge = rig.edges.get(fleet.name)!
    const from = edge.told.length
    await work()
    return edge.told
      .slice(from)
      .flatMap(({ pools }) => pools.flatMap(({ servers }) => servers.filter(({ name }) => name === fleet.instance(2))))
      .map(({ state }) => state)
      .filter((state, i, all) => state !== all[i - 1])
  }

  it.concurrent.each([
    ['rollback', (fleet: Fleet) => fleet.run({ kind: 'rollback' })],
    ['deploy', (fleet: Fleet) => fleet.deploy('1.2.0')],
  ] as const)('takes no request before a %s has set it right', async (name, next) => {
    const fleet = new Fleet(rig, name, 'rolling', artifacts, { strategy: { maxParallel: 1 } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const second = { host: name, instance: fleet.instance(2) }
    rig.emulator.fault({ match: { ...second, verb: 'cul8er-install' }, fault: { delayMs: 3_000 } })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ steps }) =>
      steps.some((s) => s.name === 'install release' && s.instance === second.instance && s.outcome === 'running'),
    )
    await rig.env.client.workflow.getHandle(run.workflowId).terminate()
    await rig.idle(fleet.name)
    expect((await fleet.ledger()).dirty).toEqual([`operation 2`])
    expect(await states(fleet, async () => expect(await next(fleet)).toMatchObject({ outcome: 'succeeded' }))).toEqual([
      'drain',
      'ready',
    ])
    await fleet.expectSettled(name === 'rollback' ? '1.0.0' : '1.2.0')
  })
})
