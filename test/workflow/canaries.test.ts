import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { progress, type OperationStarted } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* How many canaries there are, and what share of the requests they take, step by step. */

const STEPS = [{ weight: 30, pause: 'manual' }, { weight: 60, pause: 'manual' }, 100]

describe('canaries', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const at = (fleet: Fleet, run: OperationStarted, percent: number) =>
    fleet.until(run, ({ steps }) =>
      steps.some((s) => s.name.startsWith(`watch at ${percent} %`) && s.outcome === 'running'),
    )
  const isCanary = (name: string): boolean => name.endsWith('-canary')
  /** Percent that goes to canaries at an edge. */
  function share(host: string, topology = host): number {
    const serving = Object.entries(rig.edges.get(host)?.serving(topology) ?? {})
    const sum = (of: typeof serving): number => of.reduce((total, [, weight]) => total + weight, 0)
    return (100 * sum(serving.filter(([name]) => isCanary(name)))) / sum(serving)
  }
  const canariesOf = (fleet: Fleet): string[] => Object.keys(fleet.instances()).filter(isCanary).sort()
  const near = (percent: number) => ({ from: percent - 2, to: percent + 2 })
  const expectShare = (found: number, percent: number): void => {
    const { from, to } = near(percent)
    expect(found).toBeGreaterThanOrEqual(from)
    expect(found).toBeLessThanOrEqual(to)
  }

  async function deployed(name: string, instances: number | 'share'): Promise<Fleet> {
    const fleet = new Fleet(rig, name, 'canary', artifacts, { strategy: { steps: STEPS, instances } })
    expect(await fleet.deploy('1.0.0', { strategy: { steps: [100] } })).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }

  it.concurrent('instances: 2, from the first step to the end', async () => {
    const fleet = await deployed('two-of', 2)
    const run = await fleet.start('1.1.0')
    for (const percent of [30, 60]) {
      await at(fleet, run, percent)
      expect(canariesOf(fleet)).toEqual([1, 2].map((k) => fleet.instance(k, 'canary')))
      expectShare(share('two-of'), percent)
      await rig.steer(run, 'promote')
    }
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent("instances: 'share', more with every step, and each goes with its stable instance", async () => {
    const fleet = await deployed('share-of', 'share')
    const run = await fleet.start('1.1.0')
    for (const [percent, count] of [
      [30, 1],
      [60, 2],
    ] as const) {
      await at(fleet, run, percent)
      expect(canariesOf(fleet)).toEqual([1, 2].slice(0, count).map((k) => fleet.instance(k, 'canary')))
      expectShare(share('share-of'), percent)
      const install = { host: 'share-of', verb: 'cul8er-install' }
      if (percent === 60) {
        for (const k of [2, 3]) {
          rig.emulator.fault({ match: { ...install, instance: fleet.instance(k) }, fault: { delayMs: 1_000 } })
        }
      }
      await rig.steer(run, 'promote')
    }
    for (const [k, left] of [
      [2, [fleet.instance(2, 'canary')]],
      [3, []],
    ] as const) {
      await fleet.until(run, ({ steps }) =>
        steps.some((s) => s.name === 'install release' && s.instance === fleet.instance(k) && s.outcome === 'running'),
      )
      expect(canariesOf(fleet)).toEqual(left)
    }
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('a replica that comes with the new version takes no traffic before the last step', async () => {
    const fleet = await deployed('grows', 1)
    const run = await fleet.start('1.1.0', { web: { replicas: 4 } })
    for (const percent of [30, 60]) {
      await at(fleet, run, percent)
      expect(Object.keys(rig.edges.get('grows')?.serving('grows') ?? {}).sort()).toEqual([
        fleet.instance(1),
        fleet.instance(1, 'canary'),
        fleet.instance(2),
        fleet.instance(3),
      ])
      expectShare(share('grows'), percent)
      await rig.steer(run, 'promote')
    }
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    expect(rig.edges.get('grows')?.serving('grows')).toEqual(
      Object.fromEntries([1, 2, 3, 4].map((k) => [fleet.instance(k), 100])),
    )
  })

  it.concurrent.each([
    { instances: 1, shares: [30, 0] },
    { instances: 2, shares: [30, 30] },
  ])(
    'on two hosts, $instances of them: each edge shares out what is on its own host',
    async ({ instances, shares }) => {
      const name = `spread-${instances}`
      const hosts = [`${name}-a`, `${name}-b`]
      const revision = (version: string) =>
        rig.revision(
          topologyOf({
            ...(shop(version, {
              name,
              web: { on: hosts, replicas: 4 },
              strategy: { approach: 'canary', steps: STEPS, instances, analysis: { maxErrorRatePercent: false } },
            }) as Record<string, unknown>),
            hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
          }),
          artifacts,
        )
      expect(await rig.run(name, { kind: 'deploy', revision: revision('1.0.0') })).toMatchObject({
        outcome: 'succeeded',
      })
      const run = await rig.start(name, { kind: 'deploy', revision: revision('1.1.0') })
      const handle = rig.env.client.workflow.getHandle(run.workflowId)
      for (let i = 0; !(await handle.query(progress)).step.startsWith('watch at 30 %'); i += 1) {
        if (i > 1_000) throw new Error((await handle.query(progress)).step)
        await rig.env.sleep(20)
      }
      hosts.forEach((host, i) => expectShare(share(host, name), shares[i] ?? NaN))
      // No stable instance lost its part where there is no canary.
      for (const host of hosts) {
        const stable = Object.entries(rig.edges.get(host)?.serving(name) ?? {}).filter(([each]) => !isCanary(each))
        expect(stable).toHaveLength(2)
        expect(new Set(stable.map(([, weight]) => weight)).size).toBe(1)
      }
      await rig.steer(run, 'abort')
      expect(await rig.end(run)).toMatchObject({ outcome: 'rolledBack' })
    },
  )
})
