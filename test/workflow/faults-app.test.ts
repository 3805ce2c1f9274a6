import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* Apps that are not what they seem. Times are those of the issue, a tenth of them. */

const APPS: Record<string, Record<string, unknown>> = {
  '1.1.0': {},
  '2.0.0': { health: 'never' },
  '2.1.0': { health: { failsAfterMs: 300 } },
  '2.2.0': { health: { diesAfterMs: 300 } },
}
const WORDS: Record<string, string> = {
  '2.0.0': 'is never healthy',
  '2.1.0': 'is healthy at first and then answers 500',
  '2.2.0': 'is healthy at first and then dies',
}
const APPROACHES: Approach[] = ['rolling', 'blueGreen', 'canary']
const healthcheck = {
  endpoint: 'http://localhost:4000/health',
  interval: '100ms',
  timeout: '3s',
  retries: 3,
  minHealthyTime: '1s',
  deadline: '4s',
}

describe('an app that is no good', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, ...APPS })
  })
  afterAll(() => rig.stop())
  const color = (approach: Approach, its: 'blue' | 'green') => (approach === 'blueGreen' ? its : '')

  const deployed = async (approach: Approach, name: string): Promise<Fleet> => {
    const fleet = new Fleet(rig, name, approach, artifacts)
    expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3 } })).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }

  describe.concurrent.each(APPROACHES)('%s', (approach) => {
    it.concurrent.each(Object.keys(WORDS))('%s is never promoted', async (version) => {
      const fleet = await deployed(approach, `${approach}-${version}`.toLowerCase().replaceAll('.', '-'))
      const before = rig.edges.get(fleet.name)?.told.length ?? 0
      const { outcome, error, steps } = await fleet.deploy(version, { strategy: { healthcheck } })
      expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack' })
      expect(['UNHEALTHY', 'PROBE_ERROR']).toContain(error?.code)
      expect(error?.hint).toContain('cul8er')
      expect(error?.details).toMatchObject({ probe: expect.anything() as unknown })
      expect(steps.filter(({ name }) => name === 'admit')).toEqual([])
      await fleet.expectSettled('1.0.0', color(approach, 'blue'))
      // Nothing that the edge was told had the bad version in the traffic.
      const bad = rig.edges
        .get(fleet.name)
        ?.told.slice(before)
        .flatMap(({ pools }) => pools.flatMap(({ servers }) => servers))
      expect(
        bad?.filter(({ name, state, weight }) => /green|canary/.test(name) && state === 'ready' && weight > 0),
      ).toEqual([])
    })
  })

  /* Healthy for as long as was asked, in the traffic, and then gone while others are still at work. */
  const later: { approach: Approach; k: number }[] = [
    { approach: 'rolling', k: 1 },
    { approach: 'rolling', k: 2 },
    { approach: 'blueGreen', k: 1 },
    { approach: 'blueGreen', k: 2 },
    { approach: 'blueGreen', k: 3 },
    { approach: 'canary', k: 1 },
    { approach: 'canary', k: 2 },
  ]
  it.concurrent.each(later)(
    '$approach: instance $k dies later, and the operation does not call it a success',
    async ({ approach, k }) => {
      const fleet = await deployed(approach, `later-${approach}-${k}`.toLowerCase())
      const victim = fleet.instance(k, color(approach, 'green'))
      const slow = fleet.instance(k === 3 ? 1 : 3, color(approach, 'green'))
      rig.emulator.fault({
        match: { host: fleet.name, instance: slow, verb: 'cul8er-install' },
        fault: { delayMs: 1_500 },
      })
      const run = await fleet.start('1.1.0')
      await fleet.until(run, ({ steps }) =>
        steps.some(
          ({ name, instance, outcome }) => name === 'wait until healthy' && instance === victim && outcome === 'done',
        ),
      )
      await fleet.stopApp(victim)
      const { outcome, error } = await fleet.end(run)
      expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack' })
      await fleet.expectSettled('1.0.0', color(approach, 'blue'))
    },
  )

  it.concurrent('canary: the canary dies while it is watched', async () => {
    const fleet = await deployed('canary', 'watched')
    const run = await fleet.start('1.1.0', { strategy: { steps: [{ weight: 50, pause: '20s' }, 100] } })
    await fleet.until(run, ({ step }) => step.startsWith('watch'))
    await fleet.stopApp(fleet.instance(1, 'canary'))
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    await fleet.expectSettled('1.0.0')
  })
})
