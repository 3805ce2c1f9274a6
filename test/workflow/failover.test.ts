import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { OperationResult } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { shopReleases } from '../support/fleet.js'
import { mortal, mortalEdge } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* Hosts that die between operations, emulated: what is started elsewhere, and what becomes of it when they are back. */

const declared = (name: string, resources: Record<string, object>): unknown => {
  const hosts = ['a', 'b', 'c'].map((host) => `${name}-${host}`)
  return {
    ...(shop('1.0.0', { name, web: { on: hosts }, strategy: { hostTimeout: '3s' } }) as Record<string, unknown>),
    hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    network: { betweenHosts: 'routed' },
    failover: { after: '5s' },
    resources: Object.fromEntries(Object.entries(resources).map(([key, own]) => [key, { ...web(hosts), ...own }])),
  }
}

const web = (on: string[]): object => ({
  on,
  image: 'cul8er/tiny',
  replicas: 3,
  network: { expose: [{ port: 4000, as: 8080 }] },
  deploy: { release: 'shop', version: '1.0.0' },
})

describe('hosts that die between operations', { timeout: 90_000 }, () => {
  let rig: Rig
  let client: Cul8er
  let artifacts: Record<string, Artifact>
  const dead = new Set<string>()
  /** A host that dies with the answer to a command. */
  const dying = new Map<string, (words: string) => boolean>()
  const dies = (args: readonly string[], host: string): boolean => dying.get(host)?.(args.join(' ')) === true
  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      wrap: (executor) => mortal(executor, dead, (command, host) => dies(command.args, host)),
      edge: (host, edge) => mortalEdge(host, edge, dead),
    })
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const run = async (name: string, resources: Record<string, object>): Promise<OperationResult> => {
    const revision = rig.revision(topologyOf(declared(name, resources)), artifacts)
    const result = await rig.run(name, { kind: 'deploy', revision })
    await rig.idle(name)
    return result
  }
  const deploy = async (name: string, resources: Record<string, object>): Promise<void> => {
    expect(await run(name, resources)).toMatchObject({ outcome: 'succeeded' })
  }
  /** `a: web-1` of what is there, by host; dead hosts too. */
  const there = (name: string): string[] =>
    ['a', 'b', 'c'].flatMap((host) =>
      Object.values(rig.emulator.state()[`${name}-${host}`]?.instances ?? {})
        .filter(({ status }) => status === 'Running')
        .map((instance) => `${host}: ${instance.name.replace(`${name}-`, '')}`)
        .sort(),
    )
  const serving = (name: string, host: string): string[] =>
    Object.keys(rig.edges.get(`${name}-${host}`)?.serving(name) ?? {})
      .map((server) => server.replaceAll(`${name}-`, ''))
      .sort()
  const failovers = async (name: string) =>
    (await rig.ledger(name)).history
      .filter(({ kind }) => kind === 'failover')
      .map(({ outcome, automatic, reason }) => ({ outcome, automatic, reason }))

  it.concurrent('starts elsewhere what was on one, and takes it back in when it returns', async ({ expect }) => {
    const name = 'fails'
    await deploy(name, { web: {} })
    expect(there(name)).toEqual(['a: web-1', 'b: web-2', 'c: web-3'])
    dead.add(`${name}-b`)
    await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(1)
    const [first] = await failovers(name)
    expect(first).toMatchObject({ outcome: 'succeeded', automatic: true })
    expect(first?.reason).toMatch(/^host fails-b gave no sign since /)
    const moved = there(name).find((each) => !['a: web-1', 'b: web-2', 'c: web-3'].includes(each))
    expect(moved).toMatch(/^[ac]: web-2/)
    const { hosts, hostChanges = [], failover } = await rig.ledger(name)
    expect(hosts?.[`${name}-b`]).toMatchObject({ state: 'dead' })
    expect(hostChanges.map(({ host, from, to }) => `${host} ${from} ${to}`)).toEqual([
      'fails-b alive suspected',
      'fails-b suspected dead',
    ])
    expect(failover).toEqual({ without: ['fails-b'] })
    for (const host of ['a', 'c']) expect(serving(name, host)).toHaveLength(3)
    const status = await client.status(name)
    expect(status).toMatchObject({
      healthy: true,
      unreachable: [{ host: `${name}-b`, leftOut: true, deadSince: expect.any(String) as string }],
    })
    expect(status.instances.map(({ state, health }) => `${state} ${health}`)).toEqual(Array(3).fill('Running healthy'))

    dead.delete(`${name}-b`)
    await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(2)
    expect((await failovers(name))[1]).toMatchObject({
      outcome: 'succeeded',
      reason: 'host fails-b is back: what was started elsewhere stays there',
    })
    expect(there(name)).toEqual(['a: web-1', 'c: web-3', moved].sort())
    for (const host of ['a', 'b', 'c']) expect(serving(name, host)).toHaveLength(3)
    expect(await rig.ledger(name)).not.toHaveProperty('failover')
  })

  it.concurrent(
    'one that dies in the middle of a deploy: all else is as before, and then it is moved',
    async ({ expect }) => {
      const name = 'midst'
      await deploy(name, { web: {} })
      const now = { deploy: { release: 'shop', version: '1.1.0' } }
      dying.set(`${name}-b`, (words) => words.includes('cul8er-install'))
      const { outcome, error, warnings = [] } = await run(name, { web: now })
      expect({ outcome, code: error?.code }).toEqual({ outcome: 'rolledBack', code: 'UNREACHABLE' })
      expect(warnings.join('\n')).toMatch(
        /host midst-b gave no answer: its edge still does what it did before the undo/,
      )
      expect(warnings.join('\n')).toMatch(/midst-web-2 on midst-b: .* failed: .*no route to host/)
      await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(1)
      expect((await failovers(name))[0]).toMatchObject({ outcome: 'succeeded', automatic: true })
      const { history, dirty } = await rig.ledger(name)
      expect(history.findLast(({ kind }) => kind === 'deploy')).toMatchObject({
        outcome: 'rolledBack',
        lost: ['midst-b'],
      })
      expect(dirty).toEqual(['midst-b/midst-web-2'])
      const versions = ['a', 'c'].flatMap((host) =>
        Object.values(rig.emulator.state()[`${name}-${host}`]?.instances ?? {}).map(
          ({ config }) => config['user.cul8er.release'],
        ),
      )
      expect(versions).toEqual(Array(3).fill('shop@1.0.0'))
      for (const host of ['a', 'c']) expect(serving(name, host)).toHaveLength(3)
      expect(await client.status(name)).toMatchObject({
        healthy: true,
        dirty: [],
        left: [{ host: 'midst-b', instances: ['midst-web-2'] }],
      })

      dying.clear()
      dead.delete(`${name}-b`)
      await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(2)
      expect((await failovers(name))[1]).toMatchObject({ outcome: 'succeeded' })
      expect(there(name).filter((each) => each.startsWith('b'))).toEqual([])
      for (const host of ['a', 'b', 'c']) expect(serving(name, host)).toHaveLength(3)
      expect(await rig.ledger(name)).toMatchObject({ dirty: [] })
      expect(await rig.ledger(name)).not.toHaveProperty('failover')
    },
  )

  it.concurrent('moves nothing where most are silent: that is taken for a partition', async ({ expect }) => {
    const name = 'parts'
    await deploy(name, { web: {} })
    const before = there(name)
    dead.add(`${name}-a`).add(`${name}-b`)
    const states = async () => Object.values((await rig.ledger(name)).hosts ?? {}).map(({ state }) => state)
    await expect.poll(states, { timeout: 60_000 }).toEqual(['dead', 'dead', 'alive'])
    expect(await client.status(name)).toMatchObject({
      healthy: false,
      unreachable: ['a', 'b'].map((host) => ({ host: `${name}-${host}`, leftOut: false })),
    })
    // What would be moved would be so at once.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await failovers(name)).toEqual([])
    for (const host of ['a', 'b']) dead.delete(`${name}-${host}`)
    await expect.poll(states, { timeout: 60_000 }).toEqual(['alive', 'alive', 'alive'])
    expect(await failovers(name)).toEqual([])
    expect(there(name)).toEqual(before)
  })

  it.concurrent('moves what has room, by priority, and names what has none until it has', async ({ expect }) => {
    const name = 'packed'
    const limits = { cpu: 32 }
    await deploy(name, {
      low: { replicas: 2, limits, on: [`${name}-b`, `${name}-c`], network: { expose: [] } },
      web: { limits, placement: { priority: 10 } },
    })
    expect(there(name)).toEqual(['a: web-1', 'b: low-1', 'b: web-2', 'c: low-2', 'c: web-3'])
    dead.add(`${name}-b`)
    await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(1)
    const { history, failover } = await rig.ledger(name)
    expect(history.at(-1)).toMatchObject({
      outcome: 'succeeded',
      warnings: ['no host can have packed-low-1: packed-c: 32 CPUs wanted, 0 of 64 free'],
    })
    expect(failover).toMatchObject({ without: ['packed-b'], noRoom: { instances: ['packed-low-1'] } })
    expect(there(name).filter((each) => each.startsWith('a: web'))).toHaveLength(2)
    expect(await client.status(name)).toMatchObject({ healthy: false, noRoom: ['packed-low-1'] })

    await rig.emulator.setHardware({ cpus: 128 }, `${name}-c`)
    const record = async () => (await rig.ledger(name)).failover
    await expect.poll(record, { timeout: 60_000 }).toEqual({ without: ['packed-b'] })
    expect((await failovers(name)).at(-1)).toMatchObject({
      outcome: 'succeeded',
      reason: 'packed-low-1 had no room elsewhere',
    })
    expect(there(name).filter((each) => each.startsWith('c: low'))).toHaveLength(2)
  })

  it.concurrent('never starts a second one of what holds data', async ({ expect }) => {
    const name = 'holds'
    await deploy(name, { web: {}, db: { replicas: 1, stateful: true, network: { expose: [] } } })
    const on =
      there(name)
        .find((each) => each.includes('db'))
        ?.slice(0, 1) ?? ''
    dead.add(`${name}-${on}`)
    await expect.poll(() => failovers(name), { timeout: 60_000 }).toHaveLength(1)
    expect((await failovers(name))[0]).toMatchObject({ outcome: 'succeeded' })
    expect(there(name).filter((each) => each.includes('db'))).toEqual([`${on}: db-1`])
    expect(there(name).filter((each) => !each.startsWith(on) && each.includes('web'))).toHaveLength(3)
  })
})
