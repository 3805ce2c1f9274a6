import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { fencedActivities } from '../../../activities/fenced.js'
import type { Fence } from '../../../src/fence/store.js'

/** What an activity of a workflow comes to, and the number that is written down afterwards. */
async function asked(workflowId: string, begun: number): Promise<{ end: unknown; begun: number }> {
  let last = begun
  const fence: Fence = {
    lastBegun: () => Promise.resolve(last),
    begins: (_topology, operation) => Promise.resolve(void (last = operation)),
    expiry: () => Promise.resolve(undefined),
    expires: () => Promise.resolve(),
  }
  const env = new MockActivityEnvironment({ workflowExecution: { workflowId, runId: 'r' } })
  const { inbound } = fencedActivities(fence)(env.context)
  const end = await env
    .run(() => inbound?.execute?.({ args: [], headers: {} }, () => Promise.resolve('done')) as Promise<unknown>)
    .catch((error: unknown) => error)
  return { end, begun: last }
}

it.each([
  ['the first step of an operation', 'topology/shop/op/3', 2, 3],
  ['a further one', 'topology/shop/op/3', 3, 3],
  ['one of a part of it', 'topology/shop/op/3/slice/1', 3, 3],
  ['what tells of an earlier one', 'topology/shop/op/2/notify', 3, 3],
  ['what a ledger asks', 'topology/shop', 3, 3],
  ['what a command asks', 'inspect-1', 3, 3],
])('%s is done', async (_what, workflowId, before, after) => {
  expect(await asked(workflowId, before)).toEqual({ end: 'done', begun: after })
})

it.each(['topology/shop/op/2', 'topology/shop/op/2/slice/1'])('%s is over once 3 has begun', async (workflowId) => {
  expect(await asked(workflowId, 3)).toMatchObject({
    end: { type: 'STATE_LOST', nonRetryable: true, details: [{ details: { operation: 3 } }] },
    begun: 3,
  })
})
