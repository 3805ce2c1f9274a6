import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { RequestSample } from '../../src/traffic/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* One of several things that run side by side fails: the others come to their end before anything is taken back. */

const DENIED = { error: 'not authorized' }

/** A second stateless resource behind the edge, beside web. */
const api = (version: string, host: string): Record<string, unknown> => ({
  api: {
    on: host,
    image: 'cul8er/tiny',
    limits: { memory: '64MiB' },
    network: { expose: [{ port: 4000, as: 8081, protocol: 'http' }] },
    deploy: { release: 'shop', version },
  },
})

describe('one of several fails', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  async function twoCanaries(name: string, pause: string) {
    const fleet = new Fleet(rig, name, 'canary', artifacts, {
      strategy: {
        steps: [{ weight: 25, pause }, 100],
        analysis: { interval: '1s', maxErrorRatePercent: 5, minRequests: 10 },
      },
    })
    const extra = (version: string) => ({ resources: api(version, name) })
    expect(await fleet.deploy('1.0.0', extra('1.0.0'))).toMatchObject({ outcome: 'succeeded' })
    return { fleet, start: () => fleet.start('1.1.0', extra('1.1.0')) }
  }

  const samples = (server: string, status: number): RequestSample[] =>
    Array.from({ length: 20 }, () => ({ at: Date.now(), pool: 'any', server, status, totalMs: 5 }))

  it.concurrent('a breach of one canary does not wait for the look at the other', async () => {
    const { fleet, start } = await twoCanaries('breach', '10m')
    const [web, other] = [fleet.instance(1, 'canary'), 'breach-api-canary']
    const edge = rig.edges.get('breach')
    if (edge === undefined) throw new Error('no edge')
    edge.samples = [...samples(web, 200), ...samples(other, 200)]
    const run = await start()
    await fleet.until(run, ({ step }) => step.includes('at 25 %'))
    // Both looks are under way.
    await rig.env.sleep(1_500)
    const share = (): number => (edge.serving('breach')[web] ?? 0) + (edge.serving('breach')[other] ?? 0)
    expect(share()).toBeGreaterThan(0)
    edge.samples = [...samples(web, 200), ...samples(other, 500)]
    const since = Date.now()
    while (share() > 0 && Date.now() - since < 10_000) await rig.env.sleep(20)
    expect(Date.now() - since).toBeLessThan(2_000)
    expect(await fleet.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(Object.keys(fleet.instances()).sort()).toEqual(['breach-api', ...fleet.names()])
  })

  it.concurrent('a canary that cannot be made leaves none of the others behind', async () => {
    const { fleet, start } = await twoCanaries('unmade', '1s')
    rig.emulator.fault({ match: { host: 'unmade', verb: 'launch', instance: 'unmade-api-canary' }, fault: DENIED })
    rig.emulator.fault({
      match: { host: 'unmade', verb: 'launch', instance: fleet.instance(1, 'canary') },
      fault: { delayMs: 1_500 },
    })
    expect(await fleet.end(await start())).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
    // What was abandoned would be there by now.
    await rig.env.sleep(3_000)
    expect(Object.keys(fleet.instances()).sort()).toEqual(['unmade-api', ...fleet.names()])
    expect(Object.keys(rig.edges.get('unmade')?.serving('unmade') ?? {}).sort()).toEqual([
      'unmade-api',
      ...fleet.names(),
    ])
  })

  /** Every place has one instance that serves, it is live, and the next plan deletes none of those. */
  async function serves(fleet: Fleet, version: string, color: 'blue' | 'green'): Promise<void> {
    const picture = await fleet.picture()
    const serving = Object.entries(picture).filter(([, { weight }]) => weight !== null)
    expect(serving.map(([name]) => name).sort()).toEqual(fleet.names(color))
    for (const [name, seen] of serving)
      expect({ name, ...seen }).toMatchObject({ name, role: 'live', answers: version })
    const { changes } = await fleet.plan(version)
    const deleted = changes.flatMap(({ action, instance }) => (action === 'delete' ? [instance] : []))
    expect(deleted.filter((name) => fleet.names(color).includes(name))).toEqual([])
  }

  it.concurrent.each([1, 2, 3])('take-over: no role is written on the new instance %i', async (k) => {
    const fleet = new Fleet(rig, `taken-${k}`, 'blueGreen', artifacts, { strategy: { keep: '10m' } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const match = { host: fleet.name, verb: 'config set' }
    rig.emulator.fault({ match: { ...match, instance: fleet.instance(k, 'green') }, fault: DENIED, times: 'always' })
    // The others are in the middle of it when the first one has failed.
    for (const other of [1, 2, 3].filter((other) => other !== k)) {
      rig.emulator.fault({ match: { ...match, instance: fleet.instance(other, 'blue') }, fault: { delayMs: 1_500 } })
    }
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
    await rig.env.sleep(2_500)
    await serves(fleet, '1.0.0', 'blue')
    await fleet.expectSettled('1.0.0', 'blue')
  })

  it.concurrent('take-over: no role is written on an old instance, not even in the undo', async () => {
    const fleet = new Fleet(rig, 'kept', 'blueGreen', artifacts, { strategy: { keep: '10m' } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const match = { host: 'kept', verb: 'config set' }
    rig.emulator.fault({ match: { ...match, instance: fleet.instance(2, 'blue') }, fault: DENIED, times: 'always' })
    rig.emulator.fault({ match: { ...match, instance: fleet.instance(3, 'blue') }, fault: { delayMs: 1_500 } })
    const { outcome, error } = await fleet.deploy('1.1.0')
    expect({ outcome, error }).toMatchObject({
      outcome: 'needsAttention',
      error: { details: { undo: [{ undo: 'revive', instance: fleet.instance(2, 'blue') }] } },
    })
    await rig.env.sleep(2_500)
    await serves(fleet, '1.0.0', 'blue')
  })
})
