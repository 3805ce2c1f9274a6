import { MockActivityEnvironment } from '@temporalio/testing'
import { WorkflowFailedError, type Client } from '@temporalio/client'
import { TerminatedFailure } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { ledgerActivities } from '../../../activities/ledger.js'

/** How an operation ended that a ledger takes over, when its end cannot be read. */
function ending(error: Error): Promise<unknown> {
  const handle = { describe: async () => ({ status: { name: 'FAILED' } }), result: () => Promise.reject(error) }
  const workflow = { getHandle: () => handle }
  const client = { workflow, withAbortSignal: (_signal: unknown, run: () => unknown) => run() } as unknown as Client
  const environment = new MockActivityEnvironment({}, { client })
  const { awaitOperation } = ledgerActivities({} as ActivityDeps)
  return environment.run(awaitOperation, { workflowId: 'topology/shop/op/1', forMs: 0 })
}

describe('the end of an operation that a ledger takes over', () => {
  it('is lost when its workflow was terminated', async () => {
    const error = new WorkflowFailedError(
      'it was terminated',
      new TerminatedFailure('by a person'),
      'NON_RETRYABLE_FAILURE',
    )
    expect(await ending(error)).toMatchObject({ lost: { code: 'NEEDS_ATTENTION' } })
  })

  it('is not known yet when the server gives no answer', async () => {
    expect(await ending(new Error('14 UNAVAILABLE: connection dropped'))).toBeNull()
  })
})
