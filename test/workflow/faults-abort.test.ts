import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { Progress } from '../../src/contracts/index.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { lingering } from '../support/lingering.js'
import { Rig } from '../support/rig.js'

/* Abort, pause and resume at the moments where they hurt most. */

describe('a person steers', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const slow = new Set<string>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => lingering(executor, { slow, ms: 900 }) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const deployed = async (name: string, approach: Approach): Promise<Fleet> => {
    const fleet = new Fleet(rig, name, approach, artifacts, { strategy: { maxParallel: 2 } })
    expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3 } })).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }
  const running =
    (name: string, k: number) =>
    ({ steps }: Progress): boolean =>
      steps.some((s) => s.name === name && s.outcome === 'running' && (s.instance ?? '').includes(`-web-${k}`))

  const moments: { title: string; approach: Approach; verb: string; color: '' | 'green'; k: number; step: string }[] = [
    {
      title: 'in the middle of a batch',
      approach: 'rolling',
      verb: 'cul8er-install',
      color: '',
      k: 2,
      step: 'install release',
    },
    {
      title: 'in the first batch',
      approach: 'rolling',
      verb: 'cul8er-install',
      color: '',
      k: 1,
      step: 'install release',
    },
    {
      title: 'while a snapshot is taken',
      approach: 'rolling',
      verb: 'snapshot create',
      color: '',
      k: 3,
      step: 'snapshot',
    },
    { title: 'while labels change', approach: 'rolling', verb: 'config set', color: '', k: 2, step: 'configure' },
    {
      title: 'while the set comes up',
      approach: 'blueGreen',
      verb: 'cul8er-install',
      color: 'green',
      k: 2,
      step: 'install release',
    },
    { title: 'while the set is made', approach: 'blueGreen', verb: 'launch', color: 'green', k: 3, step: 'create' },
    {
      title: 'right after the switch',
      approach: 'blueGreen',
      verb: 'config set',
      color: 'green',
      k: 1,
      step: 'take over',
    },
    {
      title: 'while the stable set follows',
      approach: 'canary',
      verb: 'cul8er-install',
      color: '',
      k: 2,
      step: 'install release',
    },
  ]
  it.concurrent.each(moments)(
    'abort $title: what is under way ends before it is undone',
    async ({ title, approach, verb, color, k, step }) => {
      const fleet = await deployed(title.replaceAll(' ', '-'), approach)
      const instance = fleet.instance(k, color)
      if (verb === 'launch') slow.add(instance)
      else rig.emulator.fault({ match: { host: fleet.name, instance, verb }, fault: { delayMs: 900 } })
      const run = await fleet.start('1.1.0')
      await fleet.until(run, running(step, k))
      await rig.steer(run, 'abort')
      const { outcome, error } = await fleet.end(run)
      expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
      await rig.env.sleep(1_500)
      await fleet.expectSettled('1.0.0', approach === 'blueGreen' ? 'blue' : '')
    },
  )

  it.concurrent('pause holds before the next step, resume goes on', async () => {
    const fleet = await deployed('pause', 'rolling')
    const run = await fleet.start('1.1.0')
    await fleet.until(run, running('install release', 1))
    await rig.steer(run, 'pause')
    await rig.env.sleep(800)
    const { waitingFor, steps } = await fleet.until(run, () => true)
    expect(waitingFor).toBe('resume or abort')
    expect(steps.filter(({ outcome }) => outcome === 'running')).toEqual([])
    await rig.env.sleep(300)
    expect((await fleet.until(run, () => true)).steps).toHaveLength(steps.length)
    await expect(rig.steer(run, 'pause')).rejects.toThrow()
    await rig.steer(run, 'resume')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('abort wins over a pause', async () => {
    const fleet = await deployed('pause-abort', 'blueGreen')
    const run = await fleet.start('1.1.0')
    await fleet.until(run, running('create', 1))
    await rig.steer(run, 'pause')
    await rig.steer(run, 'abort')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    await fleet.expectSettled('1.0.0', 'blue')
  })

  it.concurrent('an abort that comes when there is no way back any more is refused', async () => {
    const fleet = await deployed('too-late', 'blueGreen')
    rig.emulator.fault({
      match: { host: fleet.name, instance: fleet.instance(1, 'blue'), verb: 'delete' },
      fault: { delayMs: 1_000 },
    })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, running('delete', 1))
    await expect(rig.steer(run, 'abort')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('the new version serves everywhere') as string },
    })
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0', 'green')
  })

  it.concurrent('abort of a destroy that was paused before it began: nothing is removed', async () => {
    const fleet = await deployed('destroy-paused', 'rolling')
    rig.emulator.fault({ match: { host: fleet.name }, fault: { delayMs: 1_500 } })
    const run = await rig.start(fleet.name, { kind: 'destroy' })
    await rig.steer(run, 'pause')
    await rig.env.sleep(2_500)
    await rig.steer(run, 'abort')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    await fleet.expectSettled('1.0.0')
  })
})
