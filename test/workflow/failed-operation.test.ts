import { fileURLToPath } from 'node:url'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Link } from '../../src/client/link.js'
import { Run } from '../../src/client/run.js'
import { operationWorkflowId, TASK_QUEUE, type Outcome } from '../../src/contracts/index.js'
import { signing, TEST_KEY } from '../support/signing.js'
import { localServer } from '../support/temporal.js'

/* An operation that did not succeed is a failed workflow that carries its end; the client gives its result all the same. */

let env: TestWorkflowEnvironment
let link: Link
let worker: Worker
let running: Promise<void>
beforeAll(async () => {
  env = await localServer()
  link = await Link.open({ address: env.address, env: { CUL8ER_SEAL_KEY: TEST_KEY.toString('base64') } })
  const workflowsPath = fileURLToPath(new URL('versions/ending.ts', import.meta.url))
  worker = await Worker.create({
    ...{ connection: env.nativeConnection, taskQueue: TASK_QUEUE, workflowsPath },
    dataConverter: signing('worker'),
  })
  running = worker.run()
})
afterAll(async () => {
  worker.shutdown()
  await running
  await link.close()
  await env.teardown()
})

async function runThatEnds(number: number, how: { outcome: Outcome | null; failing: boolean }): Promise<Run> {
  const workflowId = operationWorkflowId('shop', number)
  await env.client.workflow.start('ending', { workflowId, taskQueue: TASK_QUEUE, args: [how] })
  return new Run(link, 'shop', { operation: `op-${number}`, workflowId, revision: 1 })
}

it.each<[Outcome, boolean]>([
  ['succeeded', false],
  ['rolledBack', true],
  ['rolledBack', false],
  ['held', true],
  ['needsAttention', true],
  ['failed', true],
])('%s, as a failure: %s', async (outcome, failing) => {
  const run = await runThatEnds(1, { outcome, failing })
  expect(await run.result()).toMatchObject({ operation: 'op-1', outcome, steps: [{ name: 'create' }] })
  const { status } = await env.client.workflow.getHandle(run.workflowId).describe()
  expect(status.name).toBe(failing ? 'FAILED' : 'COMPLETED')
})

it('the events end with it, and have its steps', async () => {
  const run = await runThatEnds(2, { outcome: 'rolledBack', failing: true })
  const events = []
  for await (const event of run.events()) events.push(event)
  expect(events.at(-1)).toMatchObject({ type: 'ended', result: { outcome: 'rolledBack' } })
})

it('a workflow that broke needs a person', async () => {
  const run = await runThatEnds(3, { outcome: null, failing: true })
  expect(await run.result()).toMatchObject({ outcome: 'needsAttention', error: { code: 'NEEDS_ATTENTION' } })
})
