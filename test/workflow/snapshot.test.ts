import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* Snapshots that people name are taken of all instances or of none, and nothing but a person deletes them. */

const DENIED = { error: 'not authorized' }

describe('snapshots by name, on an emulated host', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const deployed = async (extra = {}): Promise<Fleet> => {
    const fleet = new Fleet(rig, `t${randomUUID().slice(0, 8)}`, 'rolling', artifacts, extra)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }
  /** Names of the snapshots of each instance. */
  const snapshots = (fleet: Fleet): string[][] =>
    Object.values(fleet.instances()).map((instance) => instance.snapshots.map(({ name }) => name))
  const volumeSnapshots = (fleet: Fleet): string[][] =>
    Object.values(rig.emulator.state()[fleet.name]?.volumes ?? {}).map((each) => each.snapshots.map(({ name }) => name))
  const VOLUMES = { web: { volumes: { data: { path: '/srv/data', size: '10MiB' } } } }

  it.concurrent('are taken of instances and volumes, restored, never pruned, and deleted when asked for', async () => {
    const fleet = await deployed({ ...VOLUMES, strategy: { rollback: { keepSnapshots: 1 } } })
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine', resource: 'web' })).toMatchObject({
      outcome: 'succeeded',
      revision: 1,
    })
    expect([snapshots(fleet), volumeSnapshots(fleet)]).toEqual([MINE, MINE])
    await fleet.expectSettled('1.0.0')
    // Each of these takes one of its own, and prunes down to one.
    for (const version of ['1.1.0', '1.0.0']) {
      expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
    }
    for (const names of [...snapshots(fleet), ...volumeSnapshots(fleet)]) {
      expect(names).toEqual(['mine', expect.stringMatching(/^pre-deploy-/)])
    }
    expect(await fleet.run({ kind: 'restore', snapshot: 'mine' })).toMatchObject({ outcome: 'succeeded' })
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine', remove: true })).toMatchObject({
      outcome: 'succeeded',
    })
    expect([...snapshots(fleet), ...volumeSnapshots(fleet)].flat()).not.toContain('mine')
    const { history } = await fleet.ledger()
    expect(history.filter(({ kind }) => kind === 'snapshot')).toHaveLength(2)
  })

  it.concurrent('one that fails is taken of no instance, and of no volume', async () => {
    const fleet = await deployed(VOLUMES)
    const instance = fleet.instance(3)
    rig.emulator.fault({ match: { host: fleet.name, instance, verb: 'snapshot create' }, fault: DENIED })
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine' })).toMatchObject({
      outcome: 'rolledBack',
      error: { message: expect.stringContaining('not authorized') as string },
    })
    expect([snapshots(fleet), volumeSnapshots(fleet)]).toEqual([NONE, NONE])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('what cannot be taken back is named, and nothing counts as half changed', async () => {
    const fleet = await deployed()
    const match = { host: fleet.name, verb: 'snapshot create', instance: fleet.instance(3) }
    rig.emulator.fault({ match, fault: DENIED })
    const undo = { host: fleet.name, verb: 'snapshot delete', instance: fleet.instance(1) }
    rig.emulator.fault({ match: undo, fault: DENIED })
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine' })).toMatchObject({
      outcome: 'needsAttention',
      error: { message: expect.stringContaining(`${fleet.instance(1)} on ${fleet.name}`) as string },
    })
    expect(snapshots(fleet)).toEqual([['mine'], [], []])
    // A second one of the name is refused for the one that is left, before anything is taken.
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'USAGE', message: `${fleet.instance(1)} has a snapshot mine already` },
    })
    expect(snapshots(fleet)).toEqual([['mine'], [], []])
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine', remove: true })).toMatchObject({
      outcome: 'succeeded',
    })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('an abort deletes what was taken', async () => {
    const fleet = await deployed()
    const match = { host: fleet.name, verb: 'snapshot create', instance: fleet.instance(2) }
    rig.emulator.fault({ match, fault: { delayMs: 5_000 } })
    const run = await rig.start(fleet.name, { kind: 'snapshot', snapshot: 'mine' })
    await fleet.until(run, () => snapshots(fleet).flat().length === 2)
    await rig.steer(run, 'abort')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    expect(snapshots(fleet)).toEqual(NONE)
  })

  it.concurrent(
    'a name that only a volume has, of an instance that was replaced, is taken, and can be deleted',
    async () => {
      const fleet = await deployed(VOLUMES)
      const [volume = ''] = Object.values(rig.emulator.state()[fleet.name]?.volumes ?? {}).map(({ name }) => name)
      await fleet.byHand('storage', 'volume', 'snapshot', 'create', 'default', volume, 'old')
      expect(await fleet.run({ kind: 'snapshot', snapshot: 'old' })).toMatchObject({
        outcome: 'failed',
        error: { code: 'USAGE' },
      })
      expect([snapshots(fleet), volumeSnapshots(fleet).flat()]).toEqual([NONE, ['old']])
      expect(await fleet.run({ kind: 'snapshot', snapshot: 'old', remove: true })).toMatchObject({
        outcome: 'succeeded',
      })
      expect(volumeSnapshots(fleet)).toEqual(NONE)
    },
  )

  it.concurrent('what cannot be meant is refused before an operation begins, or changes nothing', async () => {
    const fleet = await deployed()
    const requests = [
      { snapshot: 'pre-deploy-9-0a1b2c3d' },
      { snapshot: 'a/b' },
      { snapshot: 'pre-deploy-1-0a1b2c3d', remove: true },
    ]
    for (const request of requests) {
      await expect(rig.start(fleet.name, { kind: 'snapshot', ...request })).rejects.toMatchObject({
        cause: { type: 'USAGE' },
      })
    }
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine', resource: 'wbe' })).toMatchObject({
      outcome: 'failed',
      error: { message: expect.stringContaining('did you mean web?') as string },
    })
    expect(await fleet.run({ kind: 'snapshot', snapshot: 'mine', remove: true })).toMatchObject({
      outcome: 'failed',
      error: { code: 'NOT_FOUND' },
    })
    expect(snapshots(fleet)).toEqual(NONE)
    expect((await fleet.ledger()).lastOperation).toBe(3)
  })
})

const MINE = [['mine'], ['mine'], ['mine']]
const NONE = [[], [], []]
