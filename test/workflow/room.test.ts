import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* Limits that a host cannot keep are told before anything is made. */

describe('a limit beyond the host', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  it.concurrent.each([
    ['cpu', { cpu: 65 }, 'resources.web.limits.cpu: 65 is more than host cpu has: 64'],
    ['memory', { memory: '1TiB' }, 'resources.web.limits.memory: 1TiB is more than host memory has: 256GiB'],
    ['disk', { disk: '2TiB' }, 'resources.web.limits.disk: 2TiB is more than pool default of disk has: 1TiB'],
  ])('is refused in the plan: %s', async (name, limits, message) => {
    const fleet = new Fleet(rig, name, 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0', { web: { limits } })).toMatchObject({
      outcome: 'failed',
      error: { code: 'NO_ROOM', message },
    })
    expect(fleet.instances()).toEqual({})
  })

  it.concurrent('is a note with force, and in the way of no rollback', async () => {
    const fleet = new Fleet(rig, 'forced', 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const more = { web: { limits: { memory: '128MiB' } } }
    expect(await fleet.deploy('1.1.0', more)).toMatchObject({ outcome: 'succeeded' })
    await rig.emulator.setHardware({ memoryMiB: 32 }, 'forced')
    const message = 'resources.web.limits.memory: 64MiB is more than host forced has: 32MiB'
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'failed', error: { code: 'NO_ROOM', message } })
    const { plan } = await rig.inspect({
      kind: 'plan',
      topology: 'forced',
      revision: fleet.revision('1.0.0'),
      force: true,
    })
    expect(plan.notes).toContain(`${message} (--force)`)
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded' })
  })

  it.concurrent('is in the way of no other change where the stable revision has it', async () => {
    const fleet = new Fleet(rig, 'shrunk', 'rolling', artifacts)
    const web = { limits: { memory: '64MiB' } }
    expect(await fleet.deploy('1.0.0', { web })).toMatchObject({ outcome: 'succeeded' })
    await rig.emulator.setHardware({ memoryMiB: 32 }, 'shrunk')
    const message = 'resources.web.limits.memory: 64MiB is more than host shrunk has: 32MiB'
    expect((await fleet.plan('1.1.0', { web })).notes).toContain(`${message} (as it is now)`)
    expect(await fleet.deploy('1.1.0', { web })).toMatchObject({ outcome: 'succeeded' })
    const more = { web: { limits: { memory: '65MiB' } } }
    expect(await fleet.deploy('1.1.0', more)).toMatchObject({ outcome: 'failed', error: { code: 'NO_ROOM' } })
  })

  it.concurrent('adds up to a note', async () => {
    const fleet = new Fleet(rig, 'sum', 'rolling', artifacts)
    await fleet.deploy('1.0.0')
    await rig.emulator.setHardware({ memoryMiB: 300 }, 'sum')
    const { notes } = await fleet.plan('1.1.0', { web: { limits: { memory: '128MiB' } } })
    expect(notes).toContain('the limits on sum add up to more than it has: 384MiB of memory of 300MiB')
  })

  it.concurrent('does not matter where the host does not say what it has', async () => {
    const fleet = new Fleet(rig, 'silent', 'rolling', artifacts)
    rig.emulator.fault({
      match: { host: 'silent', verb: 'query' },
      fault: { error: 'not authorized' },
      times: 'always',
    })
    expect((await rig.plan(fleet.revision('1.0.0', { web: { limits: { cpu: 65 } } }))).changes).toHaveLength(3)
  })
})
