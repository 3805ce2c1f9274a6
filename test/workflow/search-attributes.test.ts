import { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureRetention } from '../../workers/retention.js'
import { ensureSearchAttributes } from '../../workers/search-attributes.js'
import { liftQueueLimits } from '../../workers/queue-limits.js'
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { signing } from '../support/signing.js'
import { closable, temporalBinary } from '../support/temporal.js'

describe('a server that nobody prepared', () => {
  let env: TestWorkflowEnvironment
  let rig: Rig
  beforeAll(async () => {
    env = await TestWorkflowEnvironment.createLocal({
      client: { dataConverter: signing('command') },
      plugins: [closable],
      server: {
        executable: { type: 'existing-path', path: temporalBinary() },
        log: { format: 'json', level: 'error' },
      },
    })
    rig = await Rig.start(env)
  })
  afterAll(() => rig.stop())

  it('learns the search attributes from a worker, once', async () => {
    const known = async (): Promise<string[]> => {
      const { customAttributes } = await env.connection.operatorService.listSearchAttributes({ namespace: 'default' })
      return Object.keys(customAttributes).filter((name) => name.startsWith('Cul8er'))
    }
    expect(await known()).toEqual([])
    await ensureSearchAttributes(env.nativeConnection, 'default')
    await ensureSearchAttributes(env.nativeConnection, 'default')
    expect((await known()).sort()).toEqual(Object.keys(SEARCH_ATTRIBUTES).sort())
  })

  it('lifts what limits the queue', async () => {
    const { workflowService } = env.connection
    const place = { namespace: 'default', taskQueue: TASK_QUEUE, taskQueueType: 2 }
    await workflowService.updateTaskQueueConfig({
      ...place,
      updateQueueRateLimit: { rateLimit: { requestsPerSecond: 0 }, reason: 'a stranger' },
    })
    const limit = async () => {
      const { config } = await workflowService.describeTaskQueue({
        ...{ ...place, taskQueue: { name: TASK_QUEUE } },
        reportConfig: true,
      })
      return config?.queueRateLimit?.rateLimit ?? null
    }
    expect(await limit()).not.toBeNull()
    await liftQueueLimits(env.nativeConnection, { namespace: 'default', taskQueue: TASK_QUEUE })
    expect(await limit()).toBeNull()
  })

  it('keeps ended operations for 30 days, or as long as it is told', async () => {
    const set = (settings: NodeJS.ProcessEnv) => ensureRetention(env.nativeConnection, 'default', settings)
    const days = async (): Promise<number> => {
      const { config } = await env.connection.workflowService.describeNamespace({ namespace: 'default' })
      return Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400
    }
    expect(await days()).toBe(1)
    await set({})
    expect(await days()).toBe(30)
    await set({ CUL8ER_RETENTION: '7d' })
    expect(await days()).toBe(7)
    expect(await set({})).toBeNull()
    expect(await days()).toBe(7)
  })

  it('and operations begin, and are found by them', async () => {
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
    const revision = rig.revision(topologyOf(shop('1.0.0')), artifacts)
    expect(await rig.run('shop', { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    const query =
      "Cul8erTopology = 'shop' AND Cul8erOperation = 'deploy op-1' AND Cul8erRevision = 1 AND Cul8erHost = 'one'"
    const found: string[] = []
    for (let i = 0; i < 50 && found.length === 0; i += 1) {
      for await (const { workflowId } of env.client.workflow.list({ query })) found.push(workflowId)
      await env.sleep(100)
    }
    expect(found).toEqual(['topology/shop/op/1'])
  })

  it('refuses by name what may not be added, with the commands that do it', async () => {
    const denied = {
      operatorService: {
        listSearchAttributes: () => Promise.resolve({ customAttributes: { Cul8erTopology: 2 } }),
        addSearchAttributes: () => Promise.reject(new Error('permission denied')),
      },
    }
    await expect(ensureSearchAttributes(denied as never, 'team')).rejects.toMatchObject({
      code: 'SERVICE',
      message: 'namespace team lacks the search attributes Cul8erOperation, Cul8erRevision, Cul8erHost, Cul8erOutcome',
      hint: expect.stringContaining(
        'temporal operator search-attribute create --namespace team --name Cul8erRevision --type Int',
      ) as string,
    })
  })
})
