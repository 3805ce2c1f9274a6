import { Connection } from '@temporalio/client'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { interceptors } from '../../../src/client/interceptors.js'

it('ends a call that is tried again when its connection is closed, where gRPC throws in a timer', async () => {
  // Nothing listens at port 1, so the call is tried again and again.
  const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: interceptors() })
  const answer = connection.workflowService.getSystemInfo({}).then(
    () => 'answered',
    (error: unknown) => error,
  )
  await delay(300)
  await connection.close()
  expect(await answer).toMatchObject({ code: 1, details: 'Channel has been shut down' })
  await expect(connection.workflowService.getSystemInfo({})).rejects.toThrow('Channel has been shut down')
})
