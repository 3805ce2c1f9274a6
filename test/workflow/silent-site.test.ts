import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { activityIdOf, siteQueue, TASK_QUEUE, WorkflowType } from '../../src/contracts/index.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import type { IncusCommand } from '../../src/incus/command.js'
import { mortal } from '../support/mortal.js'
import { beginActivity, INSPECT } from '../../src/looks/begin.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { localServer } from '../support/temporal.js'

/* A site whose worker goes away in the middle of an operation, and does not come back. */

const DEADLINE_S = 30
const EMULATED = { address: 'localhost', platform: 'emulated' }
const SITE = { ...EMULATED, site: 'home' }
const declared = (color: string): object => ({
  ...(shop('', {
    web: { on: ['one', 'two'], replicas: 2, deploy: undefined, network: undefined, environment: { COLOR: color } },
    strategy: { progressDeadline: `${DEADLINE_S}s`, drain: '1s', rollback: { snapshot: 'never' } },
  }) as object),
  hosts: {
    one: EMULATED,
    two: SITE,
  },
})

describe('a site whose worker goes away for good', { timeout: 120_000 }, () => {
  let rig: Rig
  let client: Cul8er
  let end: () => Promise<void> = () => Promise.resolve()
  let gone: Promise<void> | null = null
  let waits: (() => Promise<unknown>) | null = null
  /** Whether it goes away with the next command that changes something there. */
  let leaves: ((args: readonly string[]) => boolean) | null = null
  const leaving = (executor: HostExecutor): HostExecutor => {
    const before = async ({ args }: IncusCommand, signal?: AbortSignal): Promise<void> => {
      await waits?.()
      if (leaves?.(args) !== true) return
      gone ??= end()
      await once(signal ?? AbortSignal.timeout(1_000), 'abort')
      throw new Error('the worker has ended')
    }
    return {
      ...{ host: executor.host, close: () => executor.close() },
      run: async (command, options) => (await before(command, options?.signal), executor.run(command, options)),
      tryRun: async (command, options) => (await before(command, options?.signal), executor.tryRun(command, options)),
      connect: (...words) => executor.connect(...words),
    }
  }
  const dead = new Set<string>()
  const begin = async (): Promise<void> => {
    await gone
    gone = null
    leaves = null
    end = await rig.siteWorker('home', leaving)
  }
  const deploy = async (color: string) => (await client.deploy(declared(color) as never)).result()

  beforeAll(async () => {
    const server = await localServer([], { 'activity.enableStandalone': true })
    rig = await Rig.start(server, { wrap: (executor) => mortal(executor, dead, () => false) })
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    await begin()
    expect(await deploy('red')).toMatchObject({ outcome: 'succeeded' })
  })
  afterAll(async () => {
    await (gone ?? end())
    await client.close()
    await rig.stop()
  })

  it('has backups made by its own workers: what streams does not cross', async () => {
    const revision = topologyOf({ ...declared('red'), hosts: { one: SITE, two: SITE } })
    const run = await rig.env.client.workflow.start(WorkflowType.backups, {
      workflowId: `topology/kept-${randomUUID()}/backups`,
      taskQueue: TASK_QUEUE,
      args: [{ topology: 'kept', revision: { topology: revision }, dirty: [], known: {}, restores: [] }],
    })
    const queues = async () => {
      const { events } = await run.fetchHistory()
      return (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.taskQueue?.name ?? [])
    }
    await expect.poll(queues, { timeout: 10_000 }).toEqual(['cul8er-watch-site-home'])
    await run.terminate()
  })

  it('is no site whose worker has its hands full', async () => {
    const hangs = new AbortController()
    const hung = new Set<Promise<unknown>>()
    waits = () => {
      const until = once(hangs.signal, 'abort')
      hung.add(until)
      return until
    }
    const hosts = topologyOf(declared('red')).hosts
    const { client: temporal } = rig.env
    // As many as steps are carried out at a time.
    const ids = Array.from({ length: 100 }, () => activityIdOf(INSPECT, randomUUID()))
    for (const id of ids) {
      const request = { kind: 'hosts', hosts: { two: hosts.two }, limitMs: 60_000 } as const
      await beginActivity(
        temporal,
        { id, taskQueue: siteQueue('home'), summary: 'hosts', request },
        { scheduleToCloseTimeout: 90_000 },
      )
    }
    await expect.poll(() => hung.size, { timeout: 20_000 }).toBe(100)
    waits = null
    expect(await client.status('shop')).toMatchObject({ instances: [{ host: 'one' }, { host: 'two' }] })
    hangs.abort()
    await Promise.all(ids.map((id) => temporal.activity.getHandle(id).result()))
  })

  it('has a failover of other hosts wait for it, which is made up for', async () => {
    const over = { name: 'guarded', failover: { after: '5s' }, hosts: { one: EMULATED, three: EMULATED, two: SITE } }
    const web = { on: ['one', 'three', 'two'], replicas: 3, deploy: undefined, network: undefined }
    const guarded = { ...(shop('', { web, strategy: { rollback: { snapshot: 'never' } } }) as object), ...over }
    expect(await (await client.deploy(guarded as never)).result()).toMatchObject({ outcome: 'succeeded' })
    const failovers = async () => (await rig.ledger('guarded')).history.filter(({ kind }) => kind === 'failover')
    await end()
    dead.add('one')
    await expect.poll(failovers, { timeout: 40_000 }).toMatchObject([{ outcome: 'failed' }])
    expect((await failovers())[0]).toMatchObject({ error: { code: 'NO_WORKER' } })
    await begin()
    await expect
      .poll(async () => (await failovers()).at(-1), { timeout: 60_000 })
      .toMatchObject({ outcome: 'succeeded' })
    expect((await rig.ledger('guarded')).failover).toMatchObject({ without: ['one'] })
    dead.delete('one')
    expect(await (await client.destroy('guarded')).result()).toMatchObject({ outcome: 'succeeded' })
  })

  it('does not keep an operation from its end: what is left there is named, and the next one goes on from it', async () => {
    leaves = ([verb]) => verb === 'stop' || verb === 'config' || verb === 'restart'
    const operation = await client.deploy(declared('blue') as never)
    await expect.poll(() => gone !== null, { timeout: 30_000 }).toBe(true)
    const began = Date.now()
    await client.steer('shop', 'abort')
    const { outcome, error } = await operation.result()
    expect({ outcome, error }).toMatchObject({
      outcome: 'needsAttention',
      error: { message: expect.stringContaining('site home has no worker') as string },
    })
    expect(Date.now() - began).toBeGreaterThan((DEADLINE_S - 1) * 1000)
    expect(Date.now() - began).toBeLessThan((DEADLINE_S + 20) * 1000)
    await begin()
    expect(await deploy('blue')).toMatchObject({ outcome: 'succeeded' })
  })
})
