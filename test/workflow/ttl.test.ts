import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@temporalio/client'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { temporal } from '@temporalio/proto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  expire,
  ledgerId,
  setTtl,
  TASK_QUEUE,
  ttlScheduleId,
  WorkflowType,
  type LedgerState,
  type NoticeEvent,
  type Swept,
} from '../../src/contracts/index.js'
import { keepTtlSchedule, type ScheduleServer } from '../../src/schedules/keep.js'
import { firedWorkflowId, firesAt } from '../../src/schedules/ttl-schedule.js'
import { ownerOf } from '../../src/secrets/owner.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { signing, TEST_KEY } from '../support/signing.js'
import { MortalServer } from '../support/temporal.js'
import { until } from '../support/until.js'
import type { housekeeping } from '../../workflows/operations/housekeeping.js'

type Payload = temporal.api.common.v1.IPayload

/** Seconds until a Schedule has fired and its ledger has ended what that began. */
/** Without a port that another topology has. */
const ALONE = { replicas: 1, network: undefined }
const SOON = { timeoutMs: 20_000, everyMs: 50 }

/** As the server has it; null: there is none. */
async function scheduleOf({ namespace = 'default', connection }: TestWorkflowEnvironment, topology: string) {
  try {
    return await connection.workflowService.describeSchedule({ namespace, scheduleId: ttlScheduleId(topology) })
  } catch {
    return null
  }
}
/** When it fires, ISO time; null: it does not. */
async function firesOf(env: TestWorkflowEnvironment, topology: string): Promise<string | null> {
  const [at] = (await scheduleOf(env, topology))?.info?.futureActionTimes ?? []
  return at === undefined ? null : new Date(Number(at.seconds) * 1_000).toISOString()
}
const whole = (expiresAt: string): string => new Date(firesAt(expiresAt)).toISOString()

describe('ttl', { timeout: 60_000 }, () => {
  let rig: Rig
  let name = ''
  let count = 0
  const told: NoticeEvent[] = []
  /** Whether there was a Schedule when the first instance was made. */
  const before = new Map<string, boolean>()
  /** Topologies whose releases take their time, and whose destroy does. */
  const slow = new Set<string>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      over: (all) => ({
        tell: async ({ event }) => void told.push(event),
        ensureInstance: async (input) => {
          if (!before.has(input.spec.topology))
            before.set(input.spec.topology, (await scheduleOf(rig.env, name)) !== null)
          return all.ensureInstance(input)
        },
        findOwned: async (input) => {
          while (slow.has(input.topology)) await rig.env.sleep(20)
          return all.findOwned(input)
        },
        installRelease: async (input) => {
          while (slow.has(input.spec.topology)) await rig.env.sleep(20)
          return all.installRelease(input)
        },
      }),
    })
  })
  afterAll(() => rig.stop())
  beforeEach(() => {
    name = `shop${(count += 1)}`
  })

  const ledger = () => rig.env.client.workflow.getHandle(ledgerId(name))
  const changeTtl = (ttlMs: number | null) => ledger().executeUpdate(setTtl, { args: [{ ttlMs }] })
  const names = () => Object.keys(rig.instances()).filter((each) => each.startsWith(`${name}-`))

  async function deploy(more: Parameters<typeof shop>[1] = {}) {
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
    const declared = shop('1.0.0', { name, ...more, web: { ...ALONE, ...more.web } })
    return rig.run(name, { kind: 'deploy', revision: rig.revision(topologyOf(declared), artifacts) })
  }

  const firesWhen = (expiresAt: string | null) =>
    until(async () => ((await firesOf(rig.env, name)) === (expiresAt && whole(expiresAt)) ? true : null), SOON)
  const instances = () =>
    Object.values(rig.emulator.state()).flatMap(({ instances: all }) =>
      Object.values(all).filter((each) => each.name.startsWith(`${name}-`)),
    )
  const labels = () => instances().map(({ config }) => config['user.cul8er.expires'] ?? null)
  const label = (expires: string) =>
    Promise.all(
      instances().map((i) => rig.emulator.execute('one', ['config', 'set', i.name, `user.cul8er.expires=${expires}`])),
    )
  const labelled = (expiresAt: string | null) =>
    until(async () => (labels().length > 0 && labels().every((each) => each === expiresAt) ? true : null), SOON)
  /** What the workflow says that the Schedule starts. */
  const fired = async (expiresAt: string): Promise<unknown> => {
    const handle = rig.env.client.workflow.getHandle(firedWorkflowId(name, firesAt(expiresAt)))
    await until(() => handle.describe(), SOON)
    return handle.result()
  }
  const destroyed = () =>
    until(async () => {
      const now: LedgerState = await rig.ledger(name)
      return now.desired === null && now.current === null ? now : null
    }, SOON)

  /** A ttl that Schedule and labels know of. */
  async function expiring(ttlMs: number): Promise<string> {
    const { expiresAt } = await changeTtl(ttlMs)
    await firesWhen(expiresAt)
    await labelled(expiresAt)
    return expiresAt!
  }
  /** An instance as a ledger left it that nobody knows any more; `owner`: whose it was. */
  async function leave(instance: string, expires: string, owner: string): Promise<void> {
    const [topology = '', resource] = instance.split('-')
    const config = Object.entries({ topology, resource, index: '1', expires, owner }).map(
      ([key, value]) => `--config=user.cul8er.${key}=${value}`,
    )
    await rig.emulator.execute('one', ['launch', '--quiet', ...config, 'cul8er/tiny', instance])
  }
  const server = (): ScheduleServer => ({
    connection: rig.env.nativeConnection,
    namespace: 'default',
    taskQueue: TASK_QUEUE,
    signs: signing('command').payloadCodecs!,
    reads: signing('worker').payloadCodecs!,
    nowMs: Date.now(),
  })
  async function sweep(): Promise<Swept | undefined> {
    const workflowId = `housekeeping-${randomUUID()}`
    const { swept } = await rig.env.client.workflow.execute<typeof housekeeping>(WorkflowType.housekeeping, {
      workflowId,
      taskQueue: TASK_QUEUE,
    })
    return swept
  }
  async function startedWith(workflowId: string): Promise<Payload[]> {
    const { events } = await rig.env.client.workflow.getHandle(workflowId).fetchHistory()
    return events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []
  }
  /** Sends a payload as it is: a copied one keeps its signature. */
  const replaying = (payload: Payload): Client =>
    new Client({
      connection: rig.env.connection,
      dataConverter: { payloadCodecs: [{ encode: async () => [payload], decode: async (all) => all }] },
    })

  it('its Schedule exists before the first instance, follows ttl set and clear, and goes with the topology', async () => {
    await deploy({ ttl: '24h' })
    expect(before.get(name)).toBe(true)
    const { expiresAt } = await rig.ledger(name)
    await firesWhen(expiresAt)
    const { schedule: made } = (await scheduleOf(rig.env, name))!
    expect(made).toMatchObject({ policies: { overlapPolicy: 1 }, state: { limitedActions: true } })
    const later = await changeTtl(3_600_000)
    await firesWhen(later.expiresAt)
    await labelled(later.expiresAt)
    await changeTtl(null)
    await until(async () => ((await scheduleOf(rig.env, name)) === null ? true : null), SOON)
    await labelled(null)
    const again = await changeTtl(3_600_000)
    await firesWhen(again.expiresAt)
    await rig.run(name, { kind: 'destroy' })
    await until(async () => ((await scheduleOf(rig.env, name)) === null ? true : null), SOON)
  })

  it('is over when a ledger is gone: the Schedule has another one destroy the topology', async () => {
    await deploy({ ttl: '24h' })
    const expiresAt = await expiring(3_000)
    await ledger().terminate('somebody did')
    expect(await fired(expiresAt)).toEqual({ answer: 'due' })
    const { history } = await destroyed()
    expect(history.at(-1)).toMatchObject({ kind: 'destroy', outcome: 'succeeded', automatic: true })
    expect(names()).toEqual([])
    // What it was asked again, by somebody who copied it, under its own id or another.
    const [payload] = await startedWith(firedWorkflowId(name, firesAt(expiresAt)))
    const copied = replaying(payload!)
    const start = (workflowId: string) =>
      copied.workflow.execute(WorkflowType.ttl, { workflowId, taskQueue: TASK_QUEUE, args: [null] })
    expect(await start(firedWorkflowId(name, firesAt(expiresAt)))).toEqual({ answer: 'gone' })
    await expect(start(`${ttlScheduleId(name)}-again`)).rejects.toMatchObject({ cause: { type: 'PERMISSION' } })
    expect((await rig.ledger(name)).history).toEqual(history)
  })

  it('is over also when nothing is left of a ledger, as the Schedule and the labels say', async () => {
    const expiresAt = new Date(Date.now() + 2_500).toISOString()
    const { hosts } = topologyOf(shop('1.0.0', { name }))
    await leave(`${name}-web-1`, expiresAt, ownerOf(TEST_KEY))
    await keepTtlSchedule(server(), { topology: name, expiresAt, project: null, hosts })
    expect(await fired(expiresAt)).toEqual({ answer: 'due' })
    expect((await destroyed()).history).toMatchObject([{ kind: 'destroy', outcome: 'succeeded' }])
    expect(names()).toEqual([])
  })

  it('is not over for a ledger that was lost, where the instances do not confirm it', async () => {
    await deploy({ ttl: '24h' })
    const expiresAt = await expiring(2_000)
    await ledger().terminate('a stranger did')
    await label('2031-01-01T00:00:00.000Z')
    expect(await fired(expiresAt)).toEqual({ answer: 'unproven' })
    expect(names()).toEqual([`${name}-web-1`])
  })

  it('does nothing by a Schedule of before, and housekeeping repairs that', async () => {
    await deploy({ ttl: '24h' })
    const now = (await rig.ledger(name)).expiresAt!
    await firesWhen(now)
    const former = new Date(Date.now() + 6_000).toISOString()
    const { hosts } = topologyOf(shop('1.0.0', { name }))
    await keepTtlSchedule(server(), { topology: name, expiresAt: former, project: null, hosts })
    await firesWhen(former)
    expect(await fired(former)).toEqual({ answer: 'stale' })
    expect(names()).toEqual([`${name}-web-1`])
    await Promise.all(
      instances().map((i) => rig.emulator.execute('one', ['config', 'set', i.name, 'user.cul8er.expires='])),
    )
    expect((await sweep())?.schedules).toEqual([name])
    expect(labels()).toEqual([now])
    await firesWhen(now)
    expect((await sweep())?.schedules).toEqual([])
  })

  it('destroys once, whoever asks at that moment, and warns once before', async () => {
    await deploy({ ttl: '24h', notify: [{ command: ['true'], on: ['ttlWarning'] }] })
    const expiresAt = await expiring(3_000)
    // The timer of the ledger and the Schedule act in the same second, and so does somebody who asks three times.
    await until(() => Date.now() >= Date.parse(expiresAt), SOON)
    const answers = await Promise.all([1, 2, 3].map(() => ledger().executeUpdate(expire, { args: [{ expiresAt }] })))
    expect(['due', 'gone']).toEqual(expect.arrayContaining(answers))
    const { history } = await destroyed()
    expect(history.map(({ kind }) => kind)).toEqual(['deploy', 'destroy'])
    expect(told.filter(({ topology }) => topology === name)).toEqual([
      expect.objectContaining({ event: 'ttlWarning', expiresAt, next: `cul8er ttl clear ${name}` }),
    ])
    // A ledger says so to whoever has the key, and to nobody else.
    const stranger = new Client({ connection: rig.env.connection }).workflow.getHandle(ledgerId(name))
    await expect(stranger.executeUpdate(expire, { args: [{ expiresAt }] })).rejects.toMatchObject({
      cause: { type: 'PERMISSION' },
    })
  })

  it('waits for a deploy, which renews it', async () => {
    await deploy({ ttl: '24h' })
    const expiresAt = await expiring(2_000)
    slow.add(name)
    const ended = deploy({ ttl: '24h', web: { replicas: 2 } })
    expect(await fired(expiresAt)).toEqual({ answer: 'due' })
    expect((await rig.ledger(name)).current?.kind).toBe('deploy')
    slow.delete(name)
    expect(await ended).toMatchObject({ outcome: 'succeeded' })
    const { expiresAt: renewed, history } = await rig.ledger(name)
    expect(history.map(({ kind }) => kind)).toEqual(['deploy', 'deploy'])
    await firesWhen(renewed)
  })

  it.each([
    ['taken away', null],
    ['moved', 7_200_000],
  ])('stays as a person said who had it %s while a deploy was in progress', async (_how, ttlMs) => {
    await deploy({ ttl: '24h' })
    slow.add(name)
    const ended = deploy({ ttl: '24h', web: { replicas: 2 } })
    await until(async () => ((await rig.ledger(name)).current?.kind === 'deploy' ? true : null), SOON)
    const { expiresAt } = await changeTtl(ttlMs)
    slow.delete(name)
    expect(await ended).toMatchObject({ outcome: 'succeeded' })
    expect((await rig.ledger(name)).expiresAt).toBe(expiresAt)
    await firesWhen(expiresAt)
    // The next deploy counts from its own end again.
    await deploy({ ttl: '24h', web: { replicas: 1 } })
    const left = Date.parse((await rig.ledger(name)).expiresAt ?? '') - Date.now()
    expect(left).toBeGreaterThan(23 * 3_600_000)
  })

  it('is nothing to be changed any more once the topology is being destroyed', async () => {
    await deploy({ ttl: '24h' })
    slow.add(name)
    await changeTtl(500)
    await until(async () => ((await rig.ledger(name)).current?.kind === 'destroy' ? true : null), SOON)
    for (const ttlMs of [null, 3_600_000]) {
      await expect(changeTtl(ttlMs)).rejects.toMatchObject({
        cause: {
          type: 'OPERATION_IN_PROGRESS',
          details: [{ hint: expect.stringContaining('cul8er abort') as string }],
        },
      })
    }
    slow.delete(name)
    await destroyed()
  })

  it.each([
    ['taken away', () => null],
    ['moved', () => new Date(Date.now() + 3_600_000).toISOString()],
  ])('destroys nothing by a state of a backup from before it was %s', async (_how, since) => {
    await deploy({ ttl: '24h' })
    const expiresAt = await expiring(2_000)
    // What has come of it since, of which the restored ledger knows nothing.
    const changed = since()
    await rig.deps.fence.expires(name, changed)
    await label(changed ?? '')
    const state = await until(async () => {
      const now = await rig.ledger(name)
      return now.expiresAt === expiresAt ? null : now
    }, SOON)
    expect(state).toMatchObject({ expiresAt: changed, current: null, history: [{ kind: 'deploy' }] })
    await firesWhen(changed)
    expect(names()).toEqual([`${name}-web-1`])
    // And it can be given another one, which ends it.
    await changeTtl(500)
    await destroyed()
  })

  it('ends what a first deploy left that was never finished, though its ledger is gone', async () => {
    slow.add(name)
    const run = deploy({ ttl: '3s' }).catch(() => 'it was lost')
    await until(() => names().length > 0, SOON)
    const { expiresAt, current } = await rig.ledger(name)
    await ledger().terminate('somebody did')
    await rig.env.client.workflow.getHandle(current!.workflowId).terminate('somebody did')
    expect(await run).toBe('it was lost')
    slow.delete(name)
    expect(names()).toEqual([`${name}-web-1`])
    expect(await fired(expiresAt!)).toEqual({ answer: 'due' })
    await destroyed()
    expect(names()).toEqual([])
  })

  it('is seen by housekeeping on what a lost ledger left, and on nothing of somebody else', async () => {
    // Whose hosts are looked at.
    await deploy()
    const past = new Date(Date.now() - 3_600_000).toISOString()
    await leave('lost-web-1', past, ownerOf(TEST_KEY))
    await leave('other-web-1', past, 'somebody')
    await leave('young-web-1', new Date().toISOString(), ownerOf(TEST_KEY))
    expect(await sweep()).toEqual({
      schedules: [],
      expired: [{ topology: 'lost', answer: 'due' }],
      foreign: ['other-web-1 on one'],
    })
    const all = () => Object.keys(rig.instances())
    await until(() => !all().includes('lost-web-1'), SOON)
    expect(all()).toEqual(expect.arrayContaining(['other-web-1', 'young-web-1', `${name}-web-1`]))
  })

  it('is not seen by housekeeping where another host has something of a lost topology that says otherwise', async () => {
    const hosts = Object.fromEntries(
      ['one', 'two'].map((each) => [each, { address: 'localhost', platform: 'emulated' }]),
    )
    const resources = { app: { image: 'cul8er/tiny', on: ['one', 'two'], replicas: 2 } }
    await rig.run(name, { kind: 'deploy', revision: rig.revision(topologyOf({ name, hosts, resources }), {}) })
    const past = new Date(Date.now() - 3_600_000).toISOString()
    // One host was away when a person took the ttl away.
    await leave('halved-web-1', past, ownerOf(TEST_KEY))
    const config = Object.entries({ topology: 'halved', resource: 'web', index: '2' }).map(
      ([key, value]) => `--config=user.cul8er.${key}=${value}`,
    )
    await rig.emulator.execute('two', ['launch', '--quiet', ...config, 'cul8er/tiny', 'halved-web-2'])
    expect((await sweep())?.expired).toEqual([{ topology: 'halved', answer: 'unproven' }])
    expect(Object.keys(rig.instances())).toEqual(expect.arrayContaining(['halved-web-1', 'halved-web-2']))
  })
})

describe('a ttl that ends while the server is off', { timeout: 60_000 }, () => {
  it('has its topology destroyed when the server is back, though its ledger is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-off-'))
    const { server, env } = await MortalServer.start(folder)
    const rig = await Rig.start(env)
    try {
      const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
      const topology = topologyOf(shop('1.0.0', { ttl: '24h', web: ALONE }))
      await rig.run('shop', { kind: 'deploy', revision: rig.revision(topology, artifacts) })
      const ledger = env.client.workflow.getHandle(ledgerId('shop'))
      const { expiresAt } = await ledger.executeUpdate(setTtl, { args: [{ ttlMs: 4_000 }] })
      const labels = () =>
        Object.values(rig.emulator.state()).flatMap(({ instances }) =>
          Object.values(instances).map(({ config }) => config['user.cul8er.expires']),
        )
      await until(() => labels().includes(expiresAt!), SOON)
      await until(async () => (await firesOf(env, 'shop')) === whole(expiresAt!), SOON)
      await ledger.terminate('somebody did')
      await server.off()
      await until(() => Date.now() > firesAt(expiresAt!), SOON)
      expect(Object.keys(rig.instances())).toContain('shop-web-1')
      await server.on()
      const handle = env.client.workflow.getHandle(firedWorkflowId('shop', firesAt(expiresAt!)))
      expect(await until(() => handle.result(), SOON)).toEqual({ answer: 'due' })
      await until(() => !Object.keys(rig.instances()).includes('shop-web-1'), SOON)
    } finally {
      await rig.stop()
      await server.off()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
