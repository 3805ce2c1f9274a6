import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8erError } from '../../src/errors.js'
import type { IncusCommand } from '../../src/incus/command.js'
import type { InspectRequest } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'
import { wrapped } from '../support/wrapped.js'

/* Restarts go through the edge, batch after batch, and the first that does not come up ends them. */

const DENIED = { error: 'not authorized' }
/** Long enough for a test to say something meanwhile. */
const SLOW = { delayMs: 2_000 }

describe('restart on an emulated host', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  /** Stops and starts of instances as they were carried out, with who served when. */
  const ran = new Map<string, { verb: string; instance: string; serving: string[] }[]>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => wrapped(executor, { before: note }) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  function note(command: IncusCommand | null, host: string): void {
    const verb = command?.args.find((word) => word === 'stop' || word === 'start')
    const instance = command?.args.find((word) => /-web-\d/.test(word)) ?? ''
    if (verb !== undefined) ran.get(host)?.push({ verb, instance, serving: serving(host) })
  }
  const serving = (name: string): string[] => Object.keys(rig.edges.get(name)?.serving(name) ?? {}).sort()

  const deployed = async (name: string, extra = {}): Promise<Fleet> => {
    const fleet = new Fleet(rig, name, 'rolling', artifacts, extra)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    ran.set(name, [])
    return fleet
  }
  const stops = (name: string) => (ran.get(name) ?? []).filter(({ verb }) => verb === 'stop')

  it.concurrent('each is out of the traffic while it is down, and all serve at the end', async () => {
    const fleet = await deployed('all')
    const [one = '', two = '', three = ''] = fleet.names()
    expect(await fleet.run({ kind: 'restart' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(stops('all')).toEqual([
      { verb: 'stop', instance: one, serving: [two, three] },
      { verb: 'stop', instance: two, serving: [one, three] },
      { verb: 'stop', instance: three, serving: [one, two] },
    ])
    await fleet.expectSettled('1.0.0')
    const { history, stable, desired } = await fleet.ledger()
    expect(history.at(-1)).toMatchObject({ kind: 'restart', outcome: 'succeeded', revision: 1 })
    expect({ stable, desired }).toEqual({ stable: 1, desired: 1 })
  })

  it.concurrent('by name and in larger batches, the first of one', async () => {
    const fleet = await deployed('named')
    const names = ['web', fleet.instance(2)]
    expect(await fleet.run({ kind: 'restart', names, maxParallel: 2 })).toMatchObject({ outcome: 'succeeded' })
    const order = stops('named').map(({ instance }) => instance)
    expect([...order].sort()).toEqual(fleet.names())
    expect(order[0]).toBe(fleet.instance(1))
    expect(stops('named')[2]?.serving).toEqual([fleet.instance(1)])
    ran.set('named', [])
    expect(await fleet.run({ kind: 'restart', names: [fleet.instance(3)] })).toMatchObject({ outcome: 'succeeded' })
    expect(stops('named').map(({ instance }) => instance)).toEqual([fleet.instance(3)])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('one that is stopped is started', async () => {
    const fleet = await deployed('stopped')
    await fleet.byHand('stop', fleet.instance(2))
    expect(await fleet.run({ kind: 'restart', names: [fleet.instance(2)] })).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('a name that nothing is called changes nothing', async () => {
    const fleet = await deployed('unknown')
    expect(await fleet.run({ kind: 'restart', names: ['wbe'] })).toMatchObject({
      outcome: 'failed',
      error: { code: 'USAGE', message: expect.stringContaining('did you mean web?') as string },
    })
    expect(stops('unknown')).toEqual([])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent(
    'the first that does not come up ends it, stays out of the traffic, and a later restart mends it',
    async () => {
      const fleet = await deployed('broken', { strategy: { healthcheck: { ...QUICK, deadline: '1s' } } })
      const [one = '', two = '', three = ''] = fleet.names()
      rig.emulator.fault({ match: { host: 'broken', instance: two, verb: 'start' }, fault: DENIED })
      expect(await fleet.run({ kind: 'restart' })).toMatchObject({
        outcome: 'held',
        error: { details: { restarted: [one], left: [two], untouched: [three] } },
      })
      expect(stops('broken').map(({ instance }) => instance)).toEqual([one, two])
      expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([two])
      expect(serving('broken')).toEqual([one, three])
      // Of another one: what did not come up stays out.
      expect(await fleet.run({ kind: 'restart', names: [three] })).toMatchObject({ outcome: 'succeeded' })
      expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([two])
      expect(serving('broken')).toEqual([one, three])
      expect(await fleet.run({ kind: 'restart', names: [two] })).toMatchObject({ outcome: 'succeeded' })
      await fleet.expectSettled('1.0.0')
    },
  )

  it.concurrent('what a deploy left half changed is restarted, and stays out of the traffic', async () => {
    const fleet = await deployed('half')
    for (const verb of ['cul8er-install', 'snapshot restore']) {
      rig.emulator.fault({ match: { host: 'half', instance: fleet.instance(2), verb }, fault: DENIED })
    }
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'needsAttention' })
    expect(serving('half')).toEqual([fleet.instance(1), fleet.instance(3)])
    ran.set('half', [])
    expect(await fleet.run({ kind: 'restart' })).toMatchObject({ outcome: 'succeeded' })
    expect(stops('half')).toHaveLength(3)
    expect(serving('half')).toEqual([fleet.instance(1), fleet.instance(3)])
    expect(dirtyNames((await fleet.ledger()).dirty)).toEqual([fleet.instance(2)])
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('an edge that refuses to drain: nothing is restarted', async () => {
    const fleet = await deployed('edge')
    const edge = rig.edges.get('edge')
    const apply = edge?.apply.bind(edge)
    let left = 1
    if (edge !== undefined && apply !== undefined) {
      edge.apply = async (...args) => {
        left -= 1
        if (left >= 0) throw new Cul8erError('PERMISSION', 'refused')
        return apply(...args)
      }
    }
    expect(await fleet.run({ kind: 'restart' })).toMatchObject({ outcome: 'failed' })
    expect(stops('edge')).toEqual([])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('an abort starts what is stopped, and leaves the rest alone', async () => {
    const fleet = await deployed('aborted')
    rig.emulator.fault({ match: { host: 'aborted', instance: fleet.instance(2), verb: 'start' }, fault: SLOW })
    const run = await rig.start('aborted', { kind: 'restart' })
    await fleet.until(run, ({ steps }) => steps.some((s) => s.name === 'restart' && s.instance === fleet.instance(2)))
    await rig.steer(run, 'abort')
    expect(await fleet.end(run)).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'ABORTED', details: { restarted: [fleet.instance(1)], left: [], untouched: [fleet.instance(3)] } },
    })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('another operation waits for its turn, and nothing deployed is refused', async () => {
    const fleet = await deployed('busy')
    rig.emulator.fault({ match: { host: 'busy', verb: 'start' }, fault: SLOW })
    const run = await rig.start('busy', { kind: 'restart' })
    await expect(rig.start('busy', { kind: 'restart' })).rejects.toMatchObject({
      cause: { type: 'OPERATION_IN_PROGRESS' },
    })
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await expect(rig.start('nothing', { kind: 'restart' })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_TOPOLOGY' },
    })
  })

  it.concurrent('the plan that is shown has the order, and names what is not known', async () => {
    const fleet = await deployed('shown')
    const { revisions, dirty } = await fleet.ledger()
    const revision = revisions[0]
    if (revision === undefined) throw new Error('no revision')
    const { hosts } = revision.topology
    const asked: InspectRequest<'restart'> = {
      kind: 'restart',
      topology: 'shown',
      revision,
      hosts,
      dirty,
      notComeUp: [],
    }
    const { changes, procedure } = await rig.inspect({ ...asked, names: ['web'], maxParallel: 2 })
    expect(changes.map(({ action, instance }) => `${action} ${instance}`)).toEqual(
      fleet.names().map((name) => `restart ${name}`),
    )
    expect(procedure.stages.map(({ name }) => name)).toEqual(['batch 1 of 2', 'batch 2 of 2', 'verify'])
    expect(procedure.stages[0]?.lanes[0]?.steps).toEqual(['drain', 'restart', 'wait until healthy', 'admit'])
    await expect(rig.inspect({ ...asked, names: ['nobody'] })).rejects.toThrow()
  })
})

const QUICK = {
  endpoint: 'http://localhost:4000/health',
  interval: '50ms',
  timeout: '500ms',
  retries: 2,
  minHealthyTime: '50ms',
}
