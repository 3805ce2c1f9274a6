import { ApplicationFailure } from '@temporalio/activity'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import type { WorkflowBundle } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  endOf,
  TASK_QUEUE,
  type Activities,
  type OperationEnd,
  type OperationInput,
  type OperationResult,
  type Restoration,
} from '../../src/contracts/index.js'
import { labelsFromConfig } from '../../src/plan/labels.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import type { Revision } from '../../src/plan/model.js'
import { FakeWorld } from '../support/fake-world.js'
import { topologyOf } from '../support/rig.js'
import { skippingBundle, skippingServer, SkippingWorker } from '../support/skipping.js'

/* Backups and restores from them, as operations: in which order things happen, and how they are taken back. */

const revision: Revision = {
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts: { a: { address: 'root@10.0.0.1', platform: 'debian' } },
    resources: {
      db: {
        ...{ image: 'x', on: 'a', stateful: true, volumes: { data: { path: '/data' } } },
        backup: { to: '/backups', key: { secret: { from: 'file', key: '/key' } } },
      },
    },
  }),
  artifacts: {},
  sealed: {},
  createdAt: '2026-01-01T00:00:00Z',
}

const labels = { topology: 'shop', resource: 'db', role: 'live', stateful: 'true', operation: '1', revision: '1' }
const instance = (name: string) => ({
  ...{ host: 'a', name, type: 'container' as const, status: 'Running' as const, config: {}, devices: {} },
  ...{ addresses: [], snapshots: [], createdAt: '2026-01-01T00:00:00Z' },
  labels: labelsFromConfig(
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`user.cul8er.${key}`, value])),
  )!,
})

const live = (name: string, color: '' | 'green'): LiveInstance => ({
  ...{ name, resource: 'db', index: null, color, host: 'a', address: null },
  ...{ role: 'live', revision: 1, digest: '', stateful: true },
})
const restoration: Restoration = {
  backup: { id: 'db-1', takenAt: '2026-01-01T00:00:00.000Z', host: 'a' },
  at: live('shop-db-green', 'green'),
  volumes: [{ name: 'shop-db.data', device: 'data', path: '/data', pool: 'default', sizeMiB: null }],
  original: live('shop-db', ''),
}

const failing = (code: string): Promise<never> =>
  Promise.reject(
    ApplicationFailure.create({ type: code, nonRetryable: true, message: code, details: [{ code, message: code }] }),
  )

describe('backups', { timeout: 90_000 }, () => {
  let env: TestWorkflowEnvironment
  let bundle: WorkflowBundle
  let world: FakeWorld
  let worker: SkippingWorker
  /** Activities, or those of one instance, by the code that they fail with. */
  const fails = new Map<string, string>()
  let count = 0

  beforeAll(async () => {
    bundle = await skippingBundle()
    env = await skippingServer()
  })
  afterAll(() => env.teardown())
  beforeEach(async () => {
    fails.clear()
    world = new FakeWorld(() => ({
      findBackup: async () => ({ restoration, silent: [] }),
      fetchBackup: async () => {
        world.instances.set('shop-db-green', { ...instance('shop-db-green'), status: 'Stopped' })
        return { taken: 'raw.lxc' }
      },
      dropFetched: async ({ name }) => {
        world.instances.delete(name)
      },
      takeOutFetched: async ({ name }) => {
        world.instances.get(name)!.status = 'Stopped'
      },
    }))
    world.instances.set('shop-db', instance('shop-db'))
    const each = Object.entries(world.activities()).map(([name, run]) => [
      name,
      async (input: { name?: string; spec?: { name: string } }) => {
        const code = fails.get(name) ?? fails.get(`${name} ${input.name ?? input.spec?.name ?? ''}`)
        return code === undefined ? (run as (input: unknown) => Promise<unknown>)(input) : failing(code)
      },
    ])
    worker = await SkippingWorker.start(env, {
      bundle,
      activities: Object.fromEntries(each) as Activities,
      identity: 'one',
    })
  })
  afterEach(() => worker.stop())

  async function run(request: OperationInput['request']): Promise<OperationResult> {
    count += 1
    const input: OperationInput = {
      ...{ topology: 'shop', number: count, requestId: 'r', request, revision, base: revision, past: [revision] },
      ...{ hosts: revision.topology.hosts, dirty: [], standby: [] },
    }
    const workflowId = `topology/shop/op/${count}`
    await env.client.workflow.start(request.kind, { workflowId, taskQueue: TASK_QUEUE, args: [input] })
    try {
      return ((await env.client.workflow.getHandle(workflowId).result()) as OperationEnd).result
    } catch (error) {
      const end = endOf(error)
      if (end === null) throw error
      return end.result
    }
  }
  const restore = () => run({ kind: 'restore', resource: 'db', backup: 'db-1' })
  const changes = () => world.asked.filter((each) => !/^(find|apply|keepLogs)/.test(each))

  it('all of one is fetched before anything is stopped', async () => {
    const result = await restore()
    expect(result).toMatchObject({ outcome: 'succeeded' })
    expect(changes()).toEqual([
      'fetchBackup shop-db-green',
      'setRole shop-db',
      'stopInstance shop-db',
      'placeFetched shop-db-green',
      'startInstance shop-db-green',
      'waitUntilHealthy shop-db-green',
    ])
    expect(result.steps.find(({ name }) => name.startsWith('fetch the backup'))?.note).toBe(
      'without raw.lxc, which the topology does not declare',
    )
    expect(world.instances.get('shop-db')).toMatchObject({ status: 'Stopped', labels: { role: 'old' } })
  })

  it('one that is not whole stops nothing, and leaves nothing', async () => {
    fails.set('fetchBackup', 'ARTIFACT_BROKEN')
    expect(await restore()).toMatchObject({ outcome: 'rolledBack', error: { code: 'ARTIFACT_BROKEN' } })
    expect(changes()).toEqual(['dropFetched shop-db-green'])
    expect(world.instances.get('shop-db')).toMatchObject({ status: 'Running', labels: { role: 'live' } })
  })

  it('what does not come up is taken out before the original starts again, and then deleted', async () => {
    fails.set('waitUntilHealthy shop-db-green', 'UNHEALTHY')
    expect(await restore()).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(changes().slice(changes().indexOf('startInstance shop-db-green') + 1)).toEqual([
      'takeOutFetched shop-db-green',
      'startInstance shop-db',
      'setRole shop-db',
      'waitUntilHealthy shop-db',
      'dropFetched shop-db-green',
    ])
    expect([...world.instances.keys()]).toEqual(['shop-db'])
    expect(world.instances.get('shop-db')).toMatchObject({ status: 'Running', labels: { role: 'live' } })
  })

  it('where it cannot be taken out the original does not start beside it', async () => {
    fails.set('startInstance', 'NO_ROOM')
    fails.set('takeOutFetched', 'PERMISSION')
    expect(await restore()).toMatchObject({ outcome: 'needsAttention' })
    expect(world.instances.get('shop-db')).toMatchObject({ status: 'Stopped' })
  })

  it('one is made of what lives, on request', async () => {
    world.instances.set('shop-db-green', {
      ...instance('shop-db-green'),
      labels: { ...instance('shop-db').labels, role: 'old' },
    })
    expect(await run({ kind: 'backup', resource: 'db' })).toMatchObject({ outcome: 'succeeded' })
    expect(changes()).toEqual(['backUpInstance shop-db'])
    fails.set('backUpInstance', 'NO_SPACE')
    expect(await run({ kind: 'backup' })).toMatchObject({ outcome: 'failed', error: { code: 'NO_SPACE' } })
    expect(await run({ kind: 'backup', resource: 'web' })).toMatchObject({
      outcome: 'failed',
      error: { code: 'USAGE' },
    })
  })
})
