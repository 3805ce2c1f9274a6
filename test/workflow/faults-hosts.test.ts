import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { progress } from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { mortal } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { until } from '../support/until.js'

/* Hosts that go away, and hosts that an operation reached and the next one does not name. */

const DENIED = { error: 'not authorized' }

const web = (name: string, version: string, hosts: string[], extra: Record<string, unknown>): unknown => ({
  ...(shop(version, { name, web: { on: hosts, ...extra } }) as Record<string, unknown>),
  hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
})

describe('hosts that go away', { timeout: 150_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const dead = new Set<string>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => mortal(executor, dead) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  it.concurrent('a host that dies in the middle of an update: bounded, told, and mended by a rollback', async () => {
    const fleet = new Fleet(rig, 'gone', 'rolling', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ steps }) =>
      steps.some((s) => s.name === 'admit' && s.instance === fleet.instance(2) && s.outcome === 'done'),
    )
    dead.add('gone')
    const since = Date.now()
    const { outcome, error } = await fleet.end(run)
    expect({ outcome, error }).toMatchObject({ outcome: 'needsAttention', error: { code: 'NEEDS_ATTENTION' } })
    expect((error?.details?.undo as { instance: string }[]).map(({ instance }) => instance)).toEqual(
      [2, 1].map((k) => fleet.instance(k)),
    )
    // The step and the first undo are tried for long, the rest briefly.
    expect(Date.now() - since).toBeLessThan(100_000)
    expect(dirtyNames((await fleet.ledger()).dirty).sort()).toEqual([1, 2].map((k) => fleet.instance(k)))
    dead.delete('gone')
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('a host that dies is not in the way of undoing the others', async () => {
    const hosts = ['left', 'right']
    const spread = (version: string) => rig.revision(topologyOf(web('spread', version, hosts, {})), artifacts)
    expect(await rig.run('spread', { kind: 'deploy', revision: spread('1.0.0') })).toMatchObject({
      outcome: 'succeeded',
    })
    // On the left are 1 and 3, on the right is 2.
    const chosen = { instance: 'spread-web-3' }
    rig.emulator.fault({ match: { ...chosen, verb: 'config set' }, fault: { delayMs: 700 } })
    rig.emulator.fault({ match: { ...chosen, verb: 'cul8er-install' }, fault: DENIED })
    const run = await rig.start('spread', { kind: 'deploy', revision: spread('1.1.0') })
    await until(
      async () => {
        const { steps } = await rig.env.client.workflow.getHandle(run.workflowId).query(progress)
        return steps.some((s) => s.name === 'configure' && s.instance === 'spread-web-3')
      },
      { timeoutMs: 60_000, everyMs: 20 },
    )
    dead.add('right')
    const { outcome, error } = await rig.end(run)
    expect({ outcome, error }).toMatchObject({
      outcome: 'needsAttention',
      error: { details: { undo: [{ instance: 'spread-web-2', host: 'right' }] } },
    })
    expect(dirtyNames((await rig.idle('spread')).dirty)).toEqual(['spread-web-2'])
    expect(rig.edges.get('left')?.serving('spread')).toEqual({ 'spread-web-1': 100, 'spread-web-3': 100 })
    dead.delete('right')
    expect(await rig.run('spread', { kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(rig.edges.get('right')?.serving('spread')).toEqual({ 'spread-web-2': 100 })
    expect(
      Object.values(rig.instances())
        .filter(({ host }) => hosts.includes(host))
        .map(({ release }) => release),
    ).toEqual(Array(3).fill('shop@1.0.0'))
  })

  it.concurrent(
    'a host that left the topology and then died is in the way of neither a plan nor its deploy',
    async () => {
      const client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
      const left = (cpu: number, ...hosts: string[]) =>
        web('left-behind', '', hosts, { deploy: undefined, network: undefined, replicas: 1, limits: { cpu } }) as never
      try {
        for (const declared of [left(1, 'dying'), left(1, 'staying')]) {
          const plan = await client.plan(declared)
          const run = await client.deploy(declared, { plan })
          expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
        }
        dead.add('dying')
        const plan = await client.plan(left(2, 'staying'))
        expect(plan.plan.changes).toMatchObject([{ action: 'update', host: 'staying' }])
        const run = await client.deploy(left(2, 'staying'), { plan })
        expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
        await expect(client.snapshots('left-behind')).resolves.toEqual([])
      } finally {
        dead.delete('dying')
        await client.close()
      }
    },
  )

  const two = (version: string, hosts: string[]) =>
    rig.revision(topologyOf(web('two', version, hosts, { network: undefined })), artifacts)
  const at = (host: string): string[] => Object.keys(rig.emulator.state()[host]?.instances ?? {})

  it.each(['deploy', 'rollback', 'destroy'] as const)(
    'what an undo left on a host is found by a %s that does not name it',
    async (kind) => {
      expect(await rig.run('two', { kind: 'deploy', revision: two('1.0.0', ['first']) })).toMatchObject({
        outcome: 'succeeded',
      })
      // The new host takes one of the instances, cannot run it, and does not let it go.
      rig.emulator.fault({ match: { host: 'second', verb: 'cul8er-install' }, fault: DENIED, times: 'always' })
      rig.emulator.fault({ match: { host: 'second', verb: 'delete' }, fault: DENIED, times: 'always' })
      const moved = await rig.run('two', { kind: 'deploy', revision: two('1.1.0', ['second']) })
      expect(moved).toMatchObject({ outcome: 'needsAttention' })
      await rig.idle('two')
      expect(at('second')).toHaveLength(1)
      rig.emulator.clearFaults()
      const request = kind === 'deploy' ? { kind, revision: two('1.1.0', ['first']) } : { kind }
      expect(await rig.run('two', request)).toMatchObject({ outcome: 'succeeded' })
      await rig.idle('two')
      expect(at('second')).toEqual([])
      expect(at('first')).toHaveLength(kind === 'destroy' ? 0 : 3)
      if (kind !== 'destroy') expect(await rig.run('two', { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
      await rig.idle('two')
    },
  )
})
