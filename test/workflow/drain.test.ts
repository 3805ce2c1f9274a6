import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { cul8er as run } from '../unit/cli/terminal.js'

/* Hosts that are taken out for maintenance, emulated: from the command line to who serves where. */

type Part = Record<string, unknown>

const declared = (name: string, { web = {}, resources = {}, ...top }: Part & { web?: Part; resources?: Part } = {}) => {
  const hosts = ['a', 'b', 'c'].map((host) => `${name}-${host}`)
  return {
    ...(shop('1.0.0', { name, web: { on: hosts, ...web }, resources }) as Part),
    hosts: Object.fromEntries(hosts.map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    network: { betweenHosts: 'routed' },
    ...top,
  }
}

interface Answer {
  cordoned: Part | null
  topologies: { topology: string; operation: string | null; outcome?: string; changes: Part[] }[]
  others: Part
  error?: { code: string; message: string; hint: string }
}

describe('hosts that are drained', { timeout: 90_000 }, () => {
  let rig: Rig
  let client: Cul8er
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    artifacts = await shopReleases(rig, { '1.0.0': {} })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const deploy = async (name: string, of: unknown): Promise<void> => {
    await writeFile(join(rig.folder, `${name}.json`), JSON.stringify(of))
    const revision = rig.revision(topologyOf(of), artifacts)
    expect(await rig.run(name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
  }
  const cul8er = async (name: string, ...args: string[]): Promise<{ exit: number } & Answer> => {
    const env = { ...process.env, TEMPORAL_ADDRESS: rig.env.address, CUL8ER_HOME: rig.folder }
    const { exit, stdout } = await run(['-f', join(rig.folder, `${name}.json`), ...args, '--json'], { cwd: '/', env })
    return { exit, ...(JSON.parse(stdout) as Answer) }
  }
  const words = async (name: string, ...args: string[]): Promise<string> => {
    const env = { ...process.env, TEMPORAL_ADDRESS: rig.env.address, CUL8ER_HOME: rig.folder }
    return (await run(['-f', join(rig.folder, `${name}.json`), ...args], { cwd: '/', env })).stdout
  }
  const drain = (name: string, host: string, ...more: string[]) =>
    cul8er(name, 'hosts', 'drain', `${name}-${host}`, '--yes', ...more)
  /** `a: web-1` of what is there, by host. */
  const there = (name: string): string[] =>
    ['a', 'b', 'c'].flatMap((host) =>
      Object.values(rig.emulator.state()[`${name}-${host}`]?.instances ?? {})
        .map((instance) => `${host}: ${instance.name.replace(`${name}-`, '')}`)
        .sort(),
    )
  const cordoned = (name: string, host: string): boolean =>
    rig.emulator.state()[`${name}-${host}`]?.config?.['user.cul8er.cordoned'] !== undefined
  const told = (name: string, host: string): number => rig.edges.get(`${name}-${host}`)?.told.length ?? 0
  /** How many instances each edge led to, from the nth time on that it was told. */
  const served = (name: string, host: string, from: number): number[] =>
    (rig.edges.get(`${name}-${host}`)?.told ?? [])
      .slice(from)
      .map(
        ({ pools }) =>
          pools.flatMap(({ servers }) => servers).filter(({ state, weight }) => state === 'ready' && weight > 0).length,
      )

  it.concurrent('new ones come first, every edge has all replicas all along, and nothing moves back', async () => {
    const name = 'goes'
    await deploy(name, declared(name))
    expect(there(name)).toEqual(['a: web-1', 'b: web-2', 'c: web-3'])
    const before = ['a', 'b', 'c'].map((host) => told(name, host))
    const dry = await cul8er(name, 'hosts', 'drain', `${name}-a`, '--dry-run')
    expect(dry.exit).toBe(0)
    expect(JSON.stringify(dry.topologies)).toContain('goes-web-1-green')
    expect(cordoned(name, 'a')).toBe(false)
    const answer = await drain(name, 'a', '--reason', 'new disk')
    expect(answer).toMatchObject({
      ...{ exit: 0, left: {} },
      cordoned: { reason: 'new disk' },
      topologies: [{ topology: name, outcome: 'succeeded', changes: [{ action: 'replace', host: `${name}-b` }] }],
      others: {},
    })
    expect(there(name)).toEqual(['b: web-1-green', 'b: web-2', 'c: web-3'])
    for (const [i, host] of ['a', 'b', 'c'].entries()) {
      expect(Math.min(...served(name, host, before[i] ?? 0))).toBe(3)
    }
    expect(await client.status(name)).toMatchObject({ healthy: true })
    const nothing = { exit: 0, topologies: [{ operation: null, changes: [] }] }
    expect(await drain(name, 'a')).toMatchObject(nothing)
    const plan = () => rig.plan(rig.revision(topologyOf(declared(name)), artifacts))
    expect((await plan()).empty).toBe(true)
    expect(await cul8er(name, 'hosts', 'uncordon', `${name}-a`)).toMatchObject({ exit: 0 })
    expect((await plan()).empty).toBe(true)
    expect(there(name)).toEqual(['b: web-1-green', 'b: web-2', 'c: web-3'])
  })

  it.concurrent('a blue-green set goes as a whole, and leaves no standby there', async () => {
    const name = 'sets'
    const { strategy } = shop('1.0.0') as { strategy: Part }
    await deploy(name, declared(name, { strategy: { ...strategy, approach: 'blueGreen', keep: '1h' } }))
    const before = told(name, 'c')
    expect(await drain(name, 'a')).toMatchObject({ exit: 0, topologies: [{ outcome: 'succeeded' }] })
    expect(there(name)).toEqual(['b: web-1-green', 'b: web-2-green', 'c: web-3-green'])
    expect(Math.min(...served(name, 'c', before))).toBeGreaterThanOrEqual(3)
    expect(await rig.ledger(name)).toMatchObject({ standby: null, dirty: [] })
  })

  it.concurrent('what may be nowhere else: refused, nothing touched; --force moves the rest', async () => {
    const name = 'holds'
    const db = { image: 'cul8er/tiny', on: `${name}-a`, stateful: true }
    await deploy(name, declared(name, { resources: { db } }))
    const before = there(name)
    expect(await drain(name, 'a')).toMatchObject({
      exit: 5,
      error: { code: 'NO_ROOM', message: expect.stringContaining('holds-db may be nowhere else') as string },
    })
    expect(there(name)).toEqual(before)
    expect(cordoned(name, 'a')).toBe(false)
    expect((await rig.ledger(name)).lastOperation).toBe(1)
    expect(await drain(name, 'a', '--force')).toMatchObject({
      ...{ exit: 0, topologies: [{ outcome: 'succeeded' }], left: { holds: 1 } },
    })
    const again = await words(name, 'hosts', 'drain', `${name}-a`, '--yes', '--force')
    expect(again).toMatch(
      /! \S+ is cordoned, and still has 1 instance of holds; cul8er hosts uncordon \S+ ends that\n$/,
    )
    expect(again).not.toContain('drained;')
    expect(there(name).filter((each) => each.startsWith('a'))).toEqual(['a: db'])
    expect(there(name)).toHaveLength(4)
  })

  it.concurrent('the last host is refused with exit code 5, and nothing is touched', async () => {
    const name = 'last'
    await deploy(name, declared(name))
    for (const host of ['a', 'b']) expect(await drain(name, host)).toMatchObject({ exit: 0 })
    const before = there(name)
    expect(before.map((each) => each.slice(0, 1))).toEqual(['c', 'c', 'c'])
    const { lastOperation } = await rig.ledger(name)
    expect(await drain(name, 'c')).toMatchObject({
      exit: 5,
      error: { code: 'NO_ROOM', message: expect.stringContaining('last-a, last-b: it is cordoned') as string },
    })
    expect([there(name), cordoned(name, 'c'), (await rig.ledger(name)).lastOperation]).toEqual([
      before,
      false,
      lastOperation,
    ])
  })

  it.concurrent('an aborted one is taken back; the host stays cordoned', async () => {
    const name = 'stops'
    await deploy(name, declared(name))
    const before = there(name)
    rig.emulator.fault({ match: { host: `${name}-b`, verb: 'create' }, fault: { delayMs: 3_000 } })
    const running = drain(name, 'a')
    await expect.poll(async () => (await rig.ledger(name)).current?.kind, { timeout: 20_000 }).toBe('drain')
    const second = await drain(name, 'b')
    expect(second).toMatchObject({
      exit: 3,
      error: {
        code: 'OPERATION_IN_PROGRESS',
        hint: expect.stringMatching(/^stops-b is cordoned, and not drained; /) as string,
      },
    })
    await client.steer(name, 'abort')
    expect(await running).toMatchObject({ exit: 4, topologies: [{ outcome: 'rolledBack' }] })
    expect(there(name)).toEqual(before)
    expect(['a', 'b'].map((host) => cordoned(name, host))).toEqual([true, true])
    expect(await client.status(name)).toMatchObject({ healthy: true })
  })

  it.concurrent('names who else is there, and leaves them alone', async () => {
    const name = 'ours'
    await deploy(name, declared(name))
    const theirs = { ...declared(name, { web: { network: undefined } }), name: 'theirs' }
    expect(
      await rig.run('theirs', { kind: 'deploy', revision: rig.revision(topologyOf(theirs), artifacts) }),
    ).toMatchObject({ outcome: 'succeeded' })
    expect(await drain(name, 'a')).toMatchObject({ exit: 0, others: { theirs: 1 } })
    expect(there(name).filter((each) => each.startsWith('a'))).toEqual(['a: theirs-web-1'])
  })

  it.concurrent('is used again by a rebalance, which moves nothing for little', async () => {
    const name = 'evens'
    await deploy(name, declared(name, { web: { limits: undefined } }))
    expect(await drain(name, 'a')).toMatchObject({ exit: 0 })
    const cordonedYet = await cul8er(name, 'rebalance', '--dry-run', '--gain', '30')
    expect(cordonedYet).toMatchObject({ exit: 0, changes: [] })
    expect(await cul8er(name, 'hosts', 'uncordon', `${name}-a`)).toMatchObject({ exit: 0 })
    expect(await cul8er(name, 'rebalance', '--dry-run', '--gain', '70')).toMatchObject({
      exit: 0,
      changes: [],
      notes: [expect.stringContaining('less than --gain 70 is gained')] as string[],
    })
    expect(await cul8er(name, 'rebalance', '--dry-run')).toMatchObject({ exit: 2 })
    const before = told(name, 'c')
    expect(await cul8er(name, 'rebalance', '--yes')).toMatchObject({ exit: 0, outcome: 'succeeded' })
    expect(there(name).map((each) => each.slice(0, 1))).toEqual(['a', 'b', 'c'])
    expect(Math.min(...served(name, 'c', before))).toBe(3)
    expect(await cul8er(name, 'rebalance', '--yes')).toMatchObject({ exit: 0, changes: [] })
  })
})
