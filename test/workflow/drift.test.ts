import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { DriftRepair } from '../../src/topology/drift-repairs.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* What differs from the stable revision between operations, on emulated hosts: it is found, told, and repaired as declared. */

const EVERY_MS = 300
/** Also on a busy machine. */
const SOON = { timeout: 30_000 }

/** A topology looks more often here than a file may say. */
class Watched extends Fleet {
  override revision(version: string): ReturnType<Fleet['revision']> {
    const revision = super.revision(version)
    const { drift } = revision.topology
    return drift === undefined
      ? revision
      : { ...revision, topology: { ...revision.topology, drift: { ...drift, everyMs: EVERY_MS } } }
  }

  async repairs() {
    const { history } = await this.ledger()
    return history
      .filter(({ kind }) => kind === 'repair')
      .map(({ outcome, automatic, reason, revision }) => ({ outcome, automatic, reason, revision }))
  }

  async drift(): Promise<string[]> {
    const { drift } = await this.ledger()
    return (drift?.changes ?? []).map(({ action, instance, live }) => `${action} ${instance}${live ? ' live' : ''}`)
  }
}

describe('drift', { timeout: 60_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const deployed = async (name: string, repair: DriftRepair, web: Record<string, unknown> = {}): Promise<Watched> => {
    const fleet = new Watched(rig, name, 'rolling', artifacts, { drift: { every: '1m', repair }, web })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const one = (fleet: Watched) => fleet.instances()[fleet.instance(1)]

  it.concurrent('is written down and left alone, where nothing is to be repaired', async ({ expect }) => {
    const fleet = await deployed('told', 'never')
    await fleet.byHand('config', 'set', fleet.instance(1), 'limits.memory=1GiB')
    await expect.poll(() => fleet.drift(), SOON).toEqual([`update ${fleet.instance(1)} live`])
    const { drift } = await fleet.ledger()
    expect(drift?.changes[0]?.reasons).toEqual([expect.stringMatching(/limits\.memory is "1GiB", should be "64MiB"/)])
    await pause(3 * EVERY_MS)
    expect(one(fleet)?.config['limits.memory']).toBe('1GiB')
    expect(await fleet.repairs()).toEqual([])
    // Somebody puts it back.
    await fleet.byHand('config', 'set', fleet.instance(1), 'limits.memory=64MiB')
    await expect.poll(() => fleet.drift(), SOON).toEqual([])
    expect(await fleet.ledger()).not.toHaveProperty('drift')
  })

  it.concurrent('is set right where that stops nothing that runs', async ({ expect }) => {
    const fleet = await deployed('lives', 'live')
    const before = one(fleet)?.createdAt
    await fleet.byHand('config', 'set', fleet.instance(1), 'limits.memory=1GiB')
    await expect.poll(() => fleet.repairs(), SOON).toHaveLength(1)
    expect(await fleet.repairs()).toEqual([
      {
        outcome: 'succeeded',
        automatic: true,
        revision: 1,
        reason: expect.stringContaining(`drift of ${fleet.instance(1)} (limits.memory is "1GiB"`) as string,
      },
    ])
    expect(one(fleet)).toMatchObject({ status: 'Running', createdAt: before })
    expect(one(fleet)?.config['limits.memory']).toBe('64MiB')
    await fleet.byHand('delete', '--force', fleet.instance(3))
    await expect.poll(() => fleet.repairs(), SOON).toHaveLength(2)
    expect(Object.keys(fleet.instances())).toEqual([1, 2, 3].map((n) => fleet.instance(n)))
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('leaves what would stop an instance, and repairs the rest', async ({ expect }) => {
    const fleet = await deployed('mixed', 'live')
    await fleet.byHand('config', 'set', fleet.instance(1), 'environment.GREETING=bye')
    await fleet.byHand('config', 'set', fleet.instance(2), 'limits.memory=1GiB')
    await expect.poll(() => fleet.instances()[fleet.instance(2)]?.config['limits.memory'], SOON).toBe('64MiB')
    await rig.idle(fleet.name)
    await pause(3 * EVERY_MS)
    expect(one(fleet)?.config['environment.GREETING']).toBe('bye')
    expect(await fleet.drift()).toEqual([`update ${fleet.instance(1)}`])
    // Once, or twice where a look came between the two: not again and again.
    expect((await fleet.repairs()).length).toBeLessThanOrEqual(2)
  })

  it.concurrent('is set right as a deploy would, where all is', async ({ expect }) => {
    const fleet = await deployed('whole', 'all')
    await fleet.byHand('config', 'set', fleet.instance(1), 'environment.GREETING=bye')
    await expect.poll(() => fleet.repairs(), SOON).toHaveLength(1)
    expect(await fleet.repairs()).toMatchObject([{ outcome: 'succeeded' }])
    expect(one(fleet)?.config['environment.GREETING']).toBe('hello')
    const { stable, desired } = await fleet.ledger()
    expect({ stable, desired }).toEqual({ stable: 1, desired: 1 })
  })

  it.concurrent('is not looked for while an operation is in progress', async ({ expect }) => {
    const fleet = await deployed('busy', 'all')
    const started = await fleet.start('1.1.0')
    await fleet.byHand('config', 'set', fleet.instance(3), 'limits.memory=1GiB')
    expect(await fleet.end(started)).toMatchObject({ outcome: 'succeeded' })
    await pause(3 * EVERY_MS)
    await rig.idle(fleet.name)
    expect(one(fleet)?.config['user.cul8er.release']).toBe('shop@1.1.0')
    expect(fleet.instances()[fleet.instance(3)]?.config['limits.memory']).toBe('64MiB')
    expect((await fleet.ledger()).stable).toBe(2)
  })

  it.concurrent('that cannot be planned is told, and nothing is tried', async ({ expect }) => {
    const fleet = await deployed('stuck', 'all', { stateful: true, replicas: 1 })
    await fleet.byHand('delete', '--force', fleet.instance(1))
    await fleet.byHand('launch', 'cul8er/tiny', fleet.instance(1))
    await expect.poll(async () => (await fleet.ledger()).drift?.refused ?? '', SOON).toContain(fleet.instance(1))
    await pause(3 * EVERY_MS)
    expect(await fleet.repairs()).toEqual([])
  })
})
