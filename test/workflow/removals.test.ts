import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* After the point of no return the new version counts as stable, whatever becomes of the rest. */

const DENIED = { error: 'not authorized' }

const worker = (host: string, replicas: number): Record<string, unknown> => ({
  worker: { on: host, replicas, image: 'cul8er/tiny', limits: { memory: '64MiB' } },
})

describe('a removal after the commit fails', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  it.concurrent('the others are removed, it is named, and the new version is stable with its standby', async () => {
    const fleet = new Fleet(rig, 'removals', 'blueGreen', artifacts, { strategy: { keep: '10m' } })
    const workers = (replicas: number) => ({ resources: worker('removals', replicas) })
    expect(await fleet.deploy('1.0.0', workers(4))).toMatchObject({ outcome: 'succeeded' })
    rig.emulator.fault({
      match: { host: 'removals', instance: 'removals-worker-2-blue', verb: 'delete' },
      fault: DENIED,
    })
    // The others are not done when it fails.
    for (const k of [3, 4]) {
      const instance = `removals-worker-${k}-blue`
      rig.emulator.fault({ match: { host: 'removals', instance, verb: 'delete' }, fault: { delayMs: 1_000 } })
    }
    const { outcome, error } = await fleet.deploy('1.1.0', workers(1))
    expect({ outcome, error }).toMatchObject({ outcome: 'needsAttention', error: { code: 'PERMISSION' } })
    expect(error?.message).toContain('removals-worker-2-blue on removals')
    expect(error?.message).not.toContain('removals-worker-3-blue')
    expect(
      Object.keys(fleet.instances())
        .filter((name) => name.includes('worker'))
        .sort(),
    ).toEqual(['removals-worker-1-blue', 'removals-worker-2-blue'])
    expect(Object.keys(rig.edges.get('removals')?.serving('removals') ?? {}).sort()).toEqual(fleet.names('green'))
    const { stable, standby, dirty } = await fleet.ledger()
    expect({ stable, standby: standby?.names.sort(), dirty }).toEqual({
      stable: 2,
      standby: fleet.names('blue'),
      dirty: ['removals/removals-worker-2-blue'],
    })
    expect(await fleet.deploy('1.1.0', workers(1))).toMatchObject({ outcome: 'succeeded' })
    expect(Object.keys(fleet.instances())).not.toContain('removals-worker-2-blue')
    expect((await fleet.ledger()).standby?.names.sort()).toEqual(fleet.names('blue'))
  })

  it.concurrent('a cancellation in the Web UI comes too late for removals', async () => {
    const fleet = new Fleet(rig, 'too-late', 'blueGreen', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    for (const k of [1, 2, 3]) {
      const match = { host: 'too-late', instance: fleet.instance(k, 'blue'), verb: 'delete' }
      rig.emulator.fault({ match, fault: { delayMs: 1_500 } })
    }
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ steps }) => steps.some((s) => s.name === 'delete' && s.outcome === 'running'))
    await rig.env.client.workflow.getHandle(run.workflowId).cancel()
    const { outcome, error } = await fleet.end(run)
    expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0', 'green')
  })

  it.concurrent(
    'what a destroy could not remove is dirty, and a rollback brings the stable revision back',
    async () => {
      const fleet = new Fleet(rig, 'half-gone', 'rolling', artifacts)
      for (const version of ['1.0.0', '1.1.0']) {
        expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
      }
      const left = fleet.instance(2)
      rig.emulator.fault({ match: { host: 'half-gone', instance: left, verb: 'delete' }, fault: DENIED })
      expect(await fleet.run({ kind: 'destroy' })).toMatchObject({ outcome: 'needsAttention' })
      expect(Object.keys(fleet.instances())).toEqual([left])
      expect(await fleet.ledger()).toMatchObject({ stable: 2, dirty: [`half-gone/${left}`] })
      expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 2 })
      await fleet.expectSettled('1.1.0')
    },
  )
})
