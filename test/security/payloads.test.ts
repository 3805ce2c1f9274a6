import { randomUUID } from 'node:crypto'
import { Client, type WorkflowHandle } from '@temporalio/client'
import type { PayloadCodec } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ledgerId, ledgerState, operationWorkflowId, TASK_QUEUE } from '../../src/contracts/index.js'
import { Cul8er } from '../../src/client/index.js'
import { AuthenticCodec } from '../../src/payloads/codec.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/*
 * Another user of the machine, or a program of theirs, reaches the Temporal server's port, reads every history and sends what they
 * like; they do not have the key.
 */

type Payload = temporal.api.common.v1.IPayload

describe('who reaches the server but has no key', { timeout: 150_000 }, () => {
  let rig: Rig
  /** Signs nothing. */
  let stranger: Client
  /** Signs with a key of their own. */
  let forger: Client
  let instances: unknown
  let state: unknown
  beforeAll(async () => {
    rig = await Rig.start()
    const { connection } = rig.env
    stranger = new Client({ connection })
    const codec = new AuthenticCodec({ key: Buffer.alloc(32, 'other'), side: 'command' })
    const signsOnly: PayloadCodec = {
      encode: (payloads, context) => codec.encode(payloads, context),
      decode: async (payloads) => payloads,
    }
    forger = new Client({ connection, dataConverter: { payloadCodecs: [signsOnly] } })
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
    const revision = rig.revision(topologyOf(shop('1.0.0')), artifacts)
    expect(await rig.run('shop', { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    instances = rig.instances()
    expect(Object.keys(rig.instances()).length).toBeGreaterThan(0)
  })
  beforeEach(async () => {
    state = await rig.ledger('shop')
  })
  afterAll(() => rig.stop())

  const who = (name: string): Client => (name === 'nothing' ? stranger : forger)
  const destroy = { kind: 'destroy', requestId: 'mine', notAfter: '2999-01-01T00:00:00Z' }
  const ledgerOf = (client: Client) => client.workflow.getHandle(ledgerId('shop'))
  const unchanged = async (): Promise<void> => {
    expect(rig.instances()).toEqual(instances)
    expect(await rig.ledger('shop')).toEqual(state)
  }
  const firstInput = async (handle: WorkflowHandle): Promise<Payload> => {
    const { events } = await handle.fetchHistory()
    return events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0] as Payload
  }
  /** Sends a payload as it is: captured ones keep their signature. */
  const replaying = (payload: Payload): Client =>
    new Client({
      connection: rig.env.connection,
      dataConverter: {
        payloadCodecs: [{ encode: async (all) => all.map(() => payload), decode: async (all) => all }],
      },
    })

  it.each(['nothing', 'another key'])('starts no operation, signing with %s', async (signed) => {
    const input = { topology: 'shop', number: 7, request: { kind: 'destroy' } }
    const handle = await who(signed).workflow.start('destroy', {
      workflowId: operationWorkflowId('shop', 70),
      taskQueue: TASK_QUEUE,
      args: [input],
    })
    await expect(handle.result()).rejects.toMatchObject({
      cause: { type: 'PERMISSION', message: expect.stringContaining('the start of destroy was refused') as string },
    })
    await unchanged()
  })

  it('starts nothing without input either', async () => {
    const handle = await stranger.workflow.start('destroy', { workflowId: randomUUID(), taskQueue: TASK_QUEUE })
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PERMISSION' } })
    await unchanged()
  })

  it.each(['nothing', 'another key'])('asks the ledger for nothing, signing with %s', async (signed) => {
    for (const name of ['startOperation', 'setTtl', 'importState', 'expire']) {
      await expect(
        ledgerOf(who(signed)).executeUpdate(name, { args: [{ ...destroy, ttlMs: 0, state: {} }] }),
      ).rejects.toMatchObject({ cause: { type: 'PERMISSION', message: `update ${name} was refused: ${SAID[signed]}` } })
    }
    await unchanged()
  })

  it.each(['nothing', 'another key'])('signals with data in vain, signing with %s', async (signed) => {
    for (const name of ['promote', 'abort', 'anything']) await ledgerOf(who(signed)).signal(name, { force: true })
    await unchanged()
  })

  it('runs no activity on its own', async () => {
    const [name = ''] = Object.keys(rig.instances())
    const input = { host: 'here', via: rig.emulator, name, project: null }
    for (const client of [stranger, forger]) {
      for (const id of ['deleteInstance-1', 'mine']) {
        const handle = await client.activity.start('deleteInstance', {
          id: `${id}-${randomUUID()}`,
          taskQueue: TASK_QUEUE,
          args: [{ ...input, via: {} }],
          scheduleToCloseTimeout: 10_000,
        })
        await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'PERMISSION' } })
      }
    }
    await unchanged()
  })

  it('starts an old operation again by what its history shows in vain', async () => {
    const workflowId = operationWorkflowId('shop', 1)
    const client = replaying(await firstInput(rig.env.client.workflow.getHandle(workflowId)))
    const handle = await client.workflow.start('rolling', { workflowId, taskQueue: TASK_QUEUE, args: [null] })
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('it is signed as child, expected request') as string },
    })
    await unchanged()
  })

  it('has what was signed for one workflow believed by no other', async () => {
    const payload = await firstInput(rig.env.client.workflow.getHandle(operationWorkflowId('shop', 1)))
    const handle = await replaying(payload).workflow.start('rolling', {
      workflowId: operationWorkflowId('shop', 71),
      taskQueue: TASK_QUEUE,
      args: [null],
    })
    await expect(handle.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining('for another purpose') as string },
    })
  })

  it('has altered data believed by nobody', async () => {
    const payload = await firstInput(rig.env.client.workflow.getHandle(ledgerId('shop')))
    const data = Buffer.from(JSON.stringify({ ...destroy, topology: 'shop' }))
    await expect(
      ledgerOf(replaying({ ...payload, data })).executeUpdate('startOperation', { args: [null] }),
    ).rejects.toMatchObject({ cause: { type: 'PERMISSION' } })
    await unchanged()
  })

  it("imports no state that the ledger's own answer signed", async () => {
    let seen: Payload | undefined
    const spy = new Client({
      connection: rig.env.connection,
      dataConverter: {
        payloadCodecs: [
          {
            encode: async (all) => all,
            decode: async (all) => {
              seen = all[0]
              return all
            },
          },
        ],
      },
    })
    await ledgerOf(spy).query(ledgerState)
    await expect(
      ledgerOf(replaying(seen as Payload)).executeUpdate('importState', { args: [null] }),
    ).rejects.toMatchObject({
      cause: { message: expect.stringContaining('it is signed as look, expected request') as string },
    })
    await unchanged()
  })

  it('is told why, where a command of our own has another key', async () => {
    const env = { CUL8ER_SEAL_KEY: Buffer.alloc(32, 'other').toString('base64') }
    const command = await Cul8er.connect({ address: rig.env.address, home: rig.folder, env })
    await expect(command.history('shop')).rejects.toMatchObject({
      code: 'PERMISSION',
      hint: expect.stringContaining('need the same key') as string,
    })
    await command.close()
  })

  it('may still promote and abort by a bare signal, as in the Web UI', async () => {
    await expect(ledgerOf(stranger).signal('promote')).resolves.toBeUndefined()
    await unchanged()
  })
})

const SAID: Record<string, string> = {
  nothing: 'it is not signed',
  'another key': 'it was signed with another key, or for another purpose',
}
