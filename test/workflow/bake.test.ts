import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { Progress } from '../../src/contracts/index.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* After the last stage an operation may keep watching; until that is over everything can be taken back. */

describe('a bake', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const APPROACHES = ['rolling', 'blueGreen', 'canary', 'recreate'] as const
  /** The color of the first and of the second deploy. */
  const colors = (approach: Approach) => (approach === 'blueGreen' ? (['blue', 'green'] as const) : (['', ''] as const))
  const baking = ({ steps }: Progress): boolean =>
    steps.some((s) => s.name.startsWith('bake') && s.outcome === 'running')
  const words = ({ steps }: { steps: { name: string }[] }): string[] => steps.map(({ name }) => name)

  async function deployed(name: string, approach: Approach, strategy: Record<string, unknown>): Promise<Fleet> {
    const fleet = new Fleet(rig, name, approach, artifacts, { strategy })
    expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3, bake: '0s' } })).toMatchObject({
      outcome: 'succeeded',
    })
    return fleet
  }

  it.concurrent.each(APPROACHES)('%s: a breach takes everything back', async (approach) => {
    const [before, after] = colors(approach)
    const fleet = await deployed(`breach-${approach}`.toLowerCase(), approach, { bake: '10m', keep: '10m' })
    const run = await fleet.start('1.1.0')
    const { waitingFor } = await fleet.until(run, baking)
    expect(waitingFor).toBe('promote or abort')
    expect((await fleet.picture())[fleet.instance(2, after)]).toMatchObject({ runs: '1.1.0', weight: 100 })
    await fleet.stopApp(fleet.instance(2, after))
    const { outcome, error, steps } = await fleet.end(run)
    expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(error?.message).toMatch(/^the new version failed its bake: /)
    expect(error?.message).toContain(fleet.instance(2, after))
    expect(words({ steps })).not.toContain('point of no return')
    await fleet.expectSettled('1.0.0', before)
  })

  it.concurrent('blueGreen: the standby serves at once, whatever time its health check takes', async () => {
    const fleet = await deployed('at-once', 'blueGreen', { bake: '10m', keep: '10m' })
    const slow = fleet.revision('1.1.0')
    const run = await rig.start('at-once', { kind: 'deploy', revision: slow })
    await fleet.until(run, baking)
    const serving = (): string[] => Object.keys(rig.edges.get('at-once')?.serving('at-once') ?? {}).sort()
    expect(serving()).toEqual(fleet.names('green'))
    // Nothing can be written on the old set for a while, and it takes its time to prove itself.
    for (const name of fleet.names('blue')) {
      rig.emulator.fault({ match: { host: 'at-once', instance: name, verb: 'config set' }, fault: { delayMs: 4_000 } })
    }
    await rig.steer(run, 'abort')
    const since = Date.now()
    while (serving()[0] !== fleet.instance(1, 'blue') && Date.now() - since < 20_000) await rig.env.sleep(20)
    expect(Date.now() - since).toBeLessThan(2_500)
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    await fleet.expectSettled('1.0.0', 'blue')
  })

  it.concurrent.each(APPROACHES)('%s: nothing happens, and it succeeds afterwards', async (approach) => {
    const fleet = await deployed(`well-${approach}`.toLowerCase(), approach, { bake: '2s' })
    const { outcome, error, steps } = await fleet.deploy('1.1.0')
    expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
    const bake = steps.find(({ name }) => name === 'bake for 2 s')
    expect(bake?.outcome).toBe('done')
    expect(bake?.durationMs).toBeGreaterThan(1_900)
    const names = words({ steps })
    expect(names.indexOf('bake for 2 s')).toBeGreaterThan(names.indexOf('recheck health'))
    await fleet.expectSettled('1.1.0', colors(approach)[1])
  })

  it.concurrent('a promote ends it', async () => {
    const fleet = await deployed('promoted', 'rolling', { bake: '10m' })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, baking)
    await rig.steer(run, 'promote')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('a promote does not end it well when an app has died', async () => {
    const fleet = await deployed('dead', 'rolling', { bake: '10m' })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, baking)
    await fleet.stopApp(fleet.instance(2))
    await rig.steer(run, 'promote')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('it does not count for the progress deadline, nor does a pause in it', async () => {
    const fleet = await deployed('patient', 'rolling', {})
    const revision = fleet.revision('1.1.0', { strategy: { bake: '16s', maxParallel: 3 } })
    revision.topology.strategy.progressDeadlineMs = 15_000
    const run = await rig.start('patient', { kind: 'deploy', revision })
    await fleet.until(run, baking)
    await rig.steer(run, 'pause')
    await rig.env.sleep(17_000)
    // The bake is over, and the next stage waits for a person.
    await rig.steer(run, 'resume')
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('without one nothing is watched', async () => {
    const fleet = await deployed('plain', 'rolling', {})
    const { outcome, steps } = await fleet.deploy('1.1.0')
    expect(outcome).toBe('succeeded')
    expect(words({ steps }).filter((name) => name.includes('bake'))).toEqual([])
  })
})
