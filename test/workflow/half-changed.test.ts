import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { Progress } from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'

/* What one operation leaves half changed, the next one neither puts into the traffic nor takes back too far. */

const DENIED = { error: 'not authorized' }

describe('after an operation that left something half changed', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} })
  })
  afterAll(() => rig.stop())

  const deny = (host: string, instance: string, ...verbs: string[]): void =>
    verbs.forEach((verb) => void rig.emulator.fault({ match: { host, instance, verb }, fault: DENIED }))
  const serving = (name: string): string[] => Object.keys(rig.edges.get(name)?.serving(name) ?? {}).sort()
  const running =
    (step: string, instance: string) =>
    ({ steps }: Progress): boolean =>
      steps.some((s) => s.name === step && s.instance === instance && s.outcome === 'running')

  it.concurrent('a restore of another resource keeps it out of the traffic', async () => {
    const fleet = new Fleet(rig, 'other', 'rolling', artifacts, {
      resources: {
        cache: {
          on: 'other',
          image: 'cul8er/tiny',
          limits: { memory: '64MiB' },
          network: { expose: [{ port: 4000, as: 8081, protocol: 'http' }] },
          deploy: { release: 'shop', version: '1.0.0' },
        },
      },
    })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    await fleet.byHand('snapshot', 'create', 'other-cache', 'mine')
    deny('other', fleet.instance(2), 'cul8er-install', 'snapshot restore')
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'needsAttention' })
    expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([fleet.instance(2)])
    const whole = ['other-cache', fleet.instance(1), fleet.instance(3)]
    expect(serving('other')).toEqual(whole)
    expect(await fleet.run({ kind: 'restore', snapshot: 'mine' })).toMatchObject({ outcome: 'succeeded' })
    expect(serving('other')).toEqual(whole)
    expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([fleet.instance(2)])
  })

  it.concurrent('a cleanup of the standby keeps it out of the traffic', async () => {
    const fleet = new Fleet(rig, 'cleaned', 'blueGreen', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const keep = { strategy: { keep: '10s' } }
    expect(await fleet.deploy('1.1.0', keep)).toMatchObject({ outcome: 'succeeded' })
    // Drift is mended in place, in the set that serves.
    const green = fleet.names('green')
    await fleet.byHand('config', 'set', green[1] ?? '', 'environment.GREETING=bye')
    deny('cleaned', green[1] ?? '', 'cul8er-install', 'snapshot restore')
    expect(await fleet.deploy('1.1.0', keep)).toMatchObject({ outcome: 'needsAttention' })
    const { dirty, standby } = await fleet.ledger()
    expect({ dirty: dirtyNames(dirty), standby: standby?.names.sort() }).toEqual({
      dirty: [green[1]],
      standby: fleet.names('blue'),
    })
    expect(serving('cleaned')).toEqual([green[0], green[2]])
    while ((await fleet.ledger()).standby !== null) await rig.env.sleep(100)
    await rig.idle('cleaned')
    expect(Object.keys(fleet.instances()).sort()).toEqual(green)
    expect(serving('cleaned')).toEqual([green[0], green[2]])
    expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([green[1]])
  })

  /** Something that an app writes while it serves. */
  const write = async (fleet: Fleet, instance: string): Promise<void> => {
    const stdin = new TextEncoder().encode('an order')
    const tee = ['exec', instance, '--', 'tee', '/srv/order']
    const { exitCode } = await rig.emulator.execute(fleet.name, tee, { stdin })
    expect(exitCode).toBe(0)
  }

  interface Case {
    title: string
    name: string
    /** What is there before the operation that is undone. */
    before: (fleet: Fleet) => Promise<void>
    /** What the first instance runs then. */
    version: string
  }
  const held = { strategy: { rollback: { onFailure: 'hold' } } }
  const cases: Case[] = [
    {
      title: 'an operation that was held',
      name: 'held',
      version: '1.1.0',
      before: async (fleet) => {
        expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
        deny('held', fleet.instance(3), 'cul8er-install')
        expect(await fleet.deploy('1.1.0', held)).toMatchObject({ outcome: 'held' })
      },
    },
    {
      title: 'a first operation that was held: no revision is stable',
      name: 'unstable',
      version: '1.0.0',
      before: async (fleet) => {
        deny('unstable', fleet.instance(3), 'cul8er-install')
        expect(await fleet.deploy('1.0.0', held)).toMatchObject({ outcome: 'held' })
        expect(await fleet.ledger()).toMatchObject({ stable: null })
      },
    },
    {
      title: 'an update of cul8er that changed how digests are made',
      name: 'digests',
      version: '1.0.0',
      before: async (fleet) => {
        expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
        for (const name of fleet.names())
          await fleet.byHand('config', 'set', name, 'user.cul8er.digest=0123456789abcdef')
      },
    },
  ]
  it.concurrent.each(cases)('$title: an undo keeps what was written since', async ({ name, before, version }) => {
    const fleet = new Fleet(rig, name, 'rolling', artifacts)
    await before(fleet)
    const [first = '', second = ''] = fleet.names()
    expect((await fleet.picture())[first]).toMatchObject({ runs: version, weight: 100 })
    rig.emulator.fault({
      match: { host: name, instance: second, verb: 'snapshot create' },
      fault: { delayMs: 2_000 },
    })
    deny(name, second, 'cul8er-install')
    const run = await fleet.start('1.2.0')
    // The first one serves the newest version by now.
    await fleet.until(run, running('snapshot', second))
    expect((await fleet.picture())[first]).toMatchObject({ runs: '1.2.0', weight: 100 })
    await write(fleet, first)
    const { error, steps } = await fleet.end(run)
    expect(error?.message).toContain('not authorized')
    expect(steps.filter(({ outcome }) => outcome === 'failed').map((s) => [s.name, s.instance])).toEqual([
      ['install release', second],
    ])
    const picture = await fleet.picture()
    expect(picture[first]).toEqual({
      status: 'Running',
      role: 'live',
      claims: `shop@${version}`,
      runs: version,
      weight: 100,
      answers: version,
    })
    expect(picture[second]).toMatchObject({ runs: version, claims: `shop@${version}`, weight: 100 })
    expect(Object.keys(fleet.instances()[first]?.data.files ?? {})).toContain('/srv/order')
  })

  it.concurrent('keepSnapshots: 0 keeps the snapshot that a failed restore still needs', async () => {
    const fleet = new Fleet(rig, 'needed', 'rolling', artifacts, { strategy: { rollback: { keepSnapshots: 0 } } })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    deny('needed', fleet.instance(2), 'cul8er-install', 'snapshot restore')
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'needsAttention' })
    const snapshots = (): Record<string, number> =>
      Object.fromEntries(Object.values(fleet.instances()).map(({ name, snapshots: all }) => [name, all.length]))
    expect(snapshots()[fleet.instance(2)]).toBe(1)
    // A restore of another one goes well, and takes only what nobody needs.
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(snapshots()).toEqual(Object.fromEntries(fleet.names().map((name) => [name, 0])))
  })

  it.concurrent('an app that dies after its batch is found before the commit', async () => {
    const fleet = new Fleet(rig, 'died', 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    rig.emulator.fault({
      match: { host: 'died', instance: fleet.instance(3), verb: 'cul8er-install' },
      fault: { delayMs: 1_000 },
    })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, running('install release', fleet.instance(3)))
    await fleet.stopApp(fleet.instance(1))
    const { outcome, error, steps } = await fleet.end(run)
    expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(error?.message).toContain(fleet.instance(1))
    expect(steps.find((s) => s.outcome === 'failed')?.name).toBe('recheck health')
    await fleet.expectSettled('1.0.0')
  })

  /** What the edge is told of the second instance from here on, each state once in a row. */
  async function states(fleet: Fleet, plannedChange: () => Promise<unknown>): Promise<string[]> {
    const edge = rig.edges.get(fleet.name)!
    const from = edge.told.length
    await plannedChange()
    return edge.told
      .slice(from)
      .flatMap(({ pools }) => pools.flatMap(({ servers }) => servers.filter(({ name }) => name === fleet.instance(2))))
      .map(({ state }) => state)
      .filter((state, i, all) => state !== all[i - 1])
  }

  it.concurrent.each([
    ['rollback', (fleet: Fleet) => fleet.run({ kind: 'rollback' })],
    ['deploy', (fleet: Fleet) => fleet.deploy('1.2.0')],
  ] as const)(
    'what a terminated operation had drained takes no request before a %s has set it right',
    async (name, next) => {
      const fleet = new Fleet(rig, name, 'rolling', artifacts, { strategy: { maxParallel: 1 } })
      expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
      const second = { host: name, instance: fleet.instance(2) }
      rig.emulator.fault({ match: { ...second, verb: 'cul8er-install' }, fault: { delayMs: 3_000 } })
      const run = await fleet.start('1.1.0')
      await fleet.until(run, running('install release', second.instance))
      await rig.env.client.workflow.getHandle(run.workflowId).terminate()
      await rig.idle(fleet.name)
      expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([`operation 2`])
      expect(
        await states(fleet, async () => expect(await next(fleet)).toMatchObject({ outcome: 'succeeded' })),
      ).toEqual(['drain', 'ready'])
      await fleet.expectSettled(name === 'rollback' ? '1.0.0' : '1.2.0')
    },
  )
})
