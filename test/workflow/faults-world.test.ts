import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* A world that others change too. */

const APPROACHES: Approach[] = ['rolling', 'blueGreen', 'canary']

describe('a world that others change too', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  const made = async (name: string, approach: Approach = 'rolling', extra = {}): Promise<Fleet> => {
    const fleet = new Fleet(rig, name, approach, artifacts, { strategy: { maxParallel: 3 }, ...extra })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }

  interface Drift {
    what: string
    change: (fleet: Fleet, name: string) => Promise<void>[]
    reasons: RegExp[]
  }
  const stop = (fleet: Fleet, name: string) => fleet.byHand('stop', name)
  const DRIFTS: Drift[] = [
    {
      what: 'limits',
      change: (fleet, name) => [fleet.byHand('config', 'set', name, 'limits.memory=1GiB')],
      reasons: [/limits\.memory is "1GiB", should be "64MiB"/],
    },
    {
      what: 'a device',
      change: (fleet, name) => [
        fleet.byHand('config', 'device', 'add', name, 'gone', 'disk', 'source=/srv', 'path=/srv'),
      ],
      reasons: [/device gone exists but is not declared/],
    },
    {
      what: 'environment',
      change: (fleet, name) => [fleet.byHand('config', 'set', name, 'environment.GREETING=bye', 'environment.MORE=1')],
      reasons: [/environment\.GREETING is "bye", should be "hello"/, /environment\.MORE is "1", should be unset/],
    },
    { what: 'stopped', change: (fleet, name) => [stop(fleet, name)], reasons: [/is stopped, should be running/] },
    {
      what: 'stopped and changed',
      change: (fleet, name) => [stop(fleet, name), fleet.byHand('config', 'set', name, 'environment.GREETING=bye')],
      reasons: [/environment\.GREETING/, /is stopped/],
    },
    {
      what: 'stopped with other limits',
      change: (fleet, name) => [stop(fleet, name), fleet.byHand('config', 'set', name, 'limits.memory=1GiB')],
      reasons: [/limits\.memory/, /is stopped/],
    },
    {
      what: 'deleted',
      change: (fleet, name) => [fleet.byHand('delete', name, '--force')],
      reasons: [/missing/],
    },
  ]
  const drifts = APPROACHES.flatMap((approach) => DRIFTS.map((drift, i) => ({ approach, ...drift, i })))

  it.concurrent.each(drifts)(
    '$approach: $what by hand shows as drift and is mended',
    async ({ approach, i, ...drift }) => {
      const fleet = await made(`drift-${approach}-${i}`.toLowerCase(), approach)
      const name = fleet.instance(2, fleet.color)
      await Promise.all(drift.change(fleet, name))
      const { changes } = await fleet.plan('1.0.0')
      expect(changes.map((c) => [c.instance, c.drift || c.action === 'create'])).toEqual([[name, true]])
      for (const reason of drift.reasons) expect(changes[0]?.reasons.join('\n')).toMatch(reason)
      const { outcome, error } = await fleet.deploy('1.0.0')
      expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
      await fleet.expectSettled('1.0.0', approach === 'blueGreen' ? 'blue' : '')
    },
  )

  it.concurrent.each(drifts)(
    '$approach: $what by hand is no obstacle to a new version',
    async ({ approach, i, ...drift }) => {
      const fleet = await made(`new-${approach}-${i}`.toLowerCase(), approach)
      await Promise.all(drift.change(fleet, fleet.instance(2, fleet.color)))
      const { outcome, error } = await fleet.deploy('1.1.0')
      expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
      await fleet.expectSettled('1.1.0', fleet.color)
    },
  )

  it.concurrent.each(APPROACHES)('%s: the plan after a deploy is empty, every time', async (approach) => {
    const fleet = await made(`empty-${approach}`.toLowerCase(), approach)
    for (const version of ['1.1.0', '1.0.0', '1.1.0', '1.1.0', '1.0.0']) {
      expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
      for (let i = 0; i < 3; i += 1) expect(await fleet.plan(version)).toMatchObject({ empty: true, changes: [] })
      await fleet.expectSettled(version, fleet.color)
    }
  })

  it.concurrent('a saved plan is refused when the world moved, and taken when it did not', async () => {
    const fleet = await made('saved')
    const { fingerprint } = await fleet.plan('1.1.0')
    await fleet.byHand('config', 'set', fleet.instance(2), 'limits.memory=1GiB')
    const refused = await fleet.deploy('1.1.0', {}, { planFingerprint: fingerprint })
    expect(refused).toMatchObject({
      outcome: 'failed',
      error: { code: 'STALE_PLAN', hint: expect.any(String) as string },
    })
    await fleet.byHand('config', 'set', fleet.instance(2), 'limits.memory=64MiB')
    await fleet.expectAll('1.0.0')
    const taken = await fleet.deploy('1.1.0', {}, { planFingerprint: (await fleet.plan('1.1.0')).fingerprint })
    expect(taken).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('an instance of somebody else with a name that is needed is refused and left as it is', async () => {
    const fleet = await made('foreign', 'blueGreen')
    const name = fleet.instance(2, 'green')
    await fleet.byHand('launch', 'cul8er/tiny', name, '-c', 'user.owner=them')
    const before = fleet.instances()[name]
    const { outcome, error } = await fleet.deploy('1.1.0')
    expect({ outcome, error }).toMatchObject({ outcome: 'failed', error: { code: 'NAME_CLASH' } })
    expect(error?.message).toContain(name)
    expect(fleet.instances()[name]).toEqual(before)
    await fleet.byHand('delete', name, '--force')
    await fleet.expectAll('1.0.0', 'blue')
  })

  it.concurrent('also when it comes after the plan was made', async () => {
    const fleet = await made('late', 'blueGreen')
    const name = fleet.instance(2, 'green')
    rig.emulator.fault({ match: { host: fleet.name, verb: 'launch', instance: name }, fault: { delayMs: 800 } })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ steps }) => steps.some((s) => s.name === 'create' && s.instance === name))
    // The delay is used up by the operation's own launch.
    await rig.env.sleep(150)
    await fleet.byHand('launch', 'cul8er/tiny', name, '-c', 'user.owner=them')
    const { outcome, error } = await fleet.end(run)
    expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'NAME_CLASH' } })
    expect(fleet.instances()[name]?.config['user.owner']).toBe('them')
    await fleet.byHand('delete', name, '--force')
    await fleet.expectSettled('1.0.0', 'blue')
  })

  it.concurrent('two topologies on one host do not meet', async () => {
    const a = new Fleet(rig, 'side-a', 'rolling', artifacts, { host: 'shared' })
    const b = new Fleet(rig, 'side-b', 'canary', artifacts, {
      host: 'shared',
      web: { network: { expose: [{ port: 4000, as: 8081, protocol: 'http' }] } },
    })
    for (const version of ['1.0.0', '1.1.0']) {
      const [one, two] = await Promise.all([a.deploy(version), b.deploy(version)])
      expect([one.outcome, two.outcome]).toEqual(['succeeded', 'succeeded'])
    }
    const all = Object.values(rig.emulator.state().shared?.instances ?? {})
    expect(all.map(({ name }) => name).sort()).toEqual([...a.names(), ...b.names()])
    expect(all.map(({ data }) => data.releases.shop?.current)).toEqual(Array(6).fill('1.1.0'))
    expect(await a.run({ kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    const left = Object.values(rig.emulator.state().shared?.instances ?? {})
    expect(left.map(({ name }) => name).sort()).toEqual(b.names())
  })
})
