import { rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Cul8er, type LogLine } from '../../src/client/index.js'
import { TASK_QUEUE, WorkflowType, type Activities } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* What is kept of instances that are removed, from the activity that keeps it to the command that shows it. */

let rig: Rig
let client: Cul8er
beforeAll(async () => {
  rig = await Rig.start()
  client = await Cul8er.connect({ address: rig.env.address, home: '/nonexistent' })
  const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
  const revision = rig.revision(topologyOf(shop('1.0.0', { web: { replicas: 2 } })), artifacts)
  expect(await rig.run('shop', { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
})
afterAll(async () => {
  await client.close()
  await rig.stop()
})

function keep(operation: number, ...names: string[]): Promise<{ kept: string[] }> {
  const via = { address: 'localhost', platform: 'emulated', kind: 'emulated' } as never
  const instances = names.map((name) => ({ host: 'one', via, name, project: null, release: 'shop' }))
  const input: Parameters<Activities['keepLogs']>[0] = { topology: 'shop', operation, instances }
  const options = {
    id: `keepLogs-${operation}-${names.length}`,
    taskQueue: TASK_QUEUE,
    scheduleToCloseTimeout: '20s',
  } as const
  return rig.env.client.activity.execute('keepLogs', { ...options, args: [input] })
}

async function logs(options: Parameters<Cul8er['logs']>[1]): Promise<string[]> {
  const lines: LogLine[] = []
  await client.logs('shop', options, (line) => lines.push(line))
  return lines.map(({ instance, line }) => `${instance}: ${line}`)
}

it('keeps what instances said, and is not stopped by one that is gone', async () => {
  const names = ['shop-web-1', 'shop-web-2', 'shop-web-3']
  expect(await keep(1, ...names)).toEqual({ kept: ['shop-web-1', 'shop-web-2'] })
})

it('shows it when the instances are gone', async () => {
  await (await client.destroy('shop')).result()
  const said = await logs({ operation: 1 })
  expect(said).toEqual([
    expect.stringMatching(/^shop-web-1: \S+ shop 1\.0\.0 started$/),
    expect.stringMatching(/^shop-web-2: \S+ shop 1\.0\.0 started$/),
  ])
  expect(await logs({ operation: 1, of: 'web' })).toEqual(said)
  expect(await logs({ operation: 1, of: 'shop-web-2' })).toEqual(said.slice(1))
})

it('a later try, which finds them gone, takes nothing away', async () => {
  expect(await keep(1, 'shop-web-1')).toEqual({ kept: [] })
  expect(await logs({ operation: 1, of: 'shop-web-1' })).toHaveLength(1)
})

it('says when nothing is kept, and of what there is something', async () => {
  await expect(logs({ operation: 2 })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'no logs of shop are kept from op-2',
  })
  await expect(logs({ operation: 1, of: 'db' })).rejects.toMatchObject({
    message: 'no logs of db are kept from op-1',
    hint: 'there are logs of shop-web-1, shop-web-2',
  })
})

it('a first deploy that is undone leaves the logs of what it removed', async () => {
  const artifacts = { 'other@9.0.0': await rig.release('other', '9.0.0', { health: 'never' }) }
  const web = { replicas: 1, deploy: { release: 'other', version: '9.0.0' } }
  const strategy = {
    healthcheck: {
      endpoint: 'http://localhost:4000/health',
      interval: '50ms',
      minHealthyTime: '100ms',
      timeout: '500ms',
      deadline: '1s',
    },
  }
  const revision = rig.revision(topologyOf(shop('9.0.0', { name: 'other', web, strategy })), artifacts)
  expect(await rig.run('other', { kind: 'deploy', revision })).toMatchObject({ outcome: 'rolledBack' })
  expect(Object.keys(rig.instances()).filter((name) => name.startsWith('other'))).toEqual([])
  const lines: LogLine[] = []
  await client.logs('other', { operation: 1 }, (line) => lines.push(line))
  expect(lines).toEqual([{ instance: 'other-web-1', line: expect.stringContaining('other 9.0.0 started') as string }])
})

it('with --previous too, as those of the last operation', async () => {
  const previous = async (of?: string): Promise<LogLine[]> => {
    const lines: LogLine[] = []
    await client.logs('other', { previous: true, timestamps: true, of }, (line) => lines.push(line))
    return lines
  }
  expect(await previous()).toEqual([
    {
      instance: 'other-web-1',
      line: expect.stringContaining('started') as string,
      time: expect.stringMatching(/Z$/) as string,
    },
  ])
  expect(await previous('web')).toHaveLength(1)
  await expect(previous('db')).rejects.toMatchObject({ code: 'USAGE', hint: 'there are other-web-1' })
  const since = new Date(Date.now() + 1_000)
  const lines: LogLine[] = []
  await client.logs('other', { operation: 1, since }, (line) => lines.push(line))
  expect(lines).toEqual([])
})

it('what is kept when Temporal has forgotten the operation, and then the lines', async () => {
  const { workflowService, options } = rig.env.client
  const before = await client.operation('other', 1)
  expect(before.steps?.length).toBeGreaterThan(3)
  await workflowService.deleteWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: 'topology/other/op/1' },
  })
  await expect.poll(async () => (await client.operation('other', 1)).steps, { timeout: 60_000 }).toBeNull()
  const { ended } = await client.operation('other', 1)
  expect(ended).toMatchObject({
    outcome: 'rolledBack',
    error: { code: 'UNHEALTHY', details: { instance: 'other-web-1', probe: { outcome: 'failure' } } },
  })
  const read = async (): Promise<{ lines: LogLine[]; remarks: string[] }> => {
    const [lines, remarks]: [LogLine[], string[]] = [[], []]
    await client.logs('other', { operation: 1, remark: (text) => remarks.push(text) }, (line) => lines.push(line))
    return { lines, remarks }
  }
  const whole = await read()
  expect(whole.remarks).toEqual([])
  await rm(join(rig.folder, 'evidence', 'other'), { recursive: true })
  expect(await read()).toEqual({
    lines: whole.lines,
    remarks: ['nothing else is kept of op-1: these are the last lines with its error in the history'],
  })
}, 90_000)

it('housekeeping removes it when the server forgets the operation, not before', async () => {
  const sweep = (workflowId: string) =>
    rig.env.client.workflow.execute(WorkflowType.housekeeping, { workflowId, taskQueue: TASK_QUEUE })
  const age = (hours: number) => {
    const then = new Date(Date.now() - hours * 3_600_000)
    return utimes(join(rig.folder, 'evidence', 'shop', 'op-1'), then, then)
  }
  await age(23)
  await sweep('day-one')
  expect(await logs({ operation: 1 })).toHaveLength(2)
  await age(25)
  await sweep('day-two')
  await expect(logs({ operation: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
