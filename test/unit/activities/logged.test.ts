import { MockActivityEnvironment } from '@temporalio/testing'
import pino from 'pino'
import { expect, test } from 'vitest'
import { logCommand, loggedActivities } from '../../../activities/logged.js'
import { rememberSecret } from '../../../activities/secrets.js'

const VALUE = 'correct horse battery'

test.each([
  [
    'debug',
    [
      {
        msg: 'step starts',
        topology: 'shop',
        operation: 'op-3',
        step: 'startInstance',
        host: 'h1',
        instance: 'shop-web',
      },
      { msg: 'incus', topology: 'shop', operation: 'op-3', host: 'h1', command: 'incus start ***', exit: 1, ms: 12 },
      { msg: 'step failed', topology: 'shop', operation: 'op-3', step: 'startInstance', error: 'said ***' },
    ],
  ],
  ['info', []],
])('at %s a step and its commands tell whose they are, without secrets', async (level, expected) => {
  rememberSecret('a test', VALUE)
  const lines: unknown[] = []
  const log = pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const environment = new MockActivityEnvironment({
    activityType: 'startInstance',
    workflowExecution: { workflowId: 'topology/shop/op/3', runId: 'r' },
  })
  const failed = environment.run(async () => {
    const [context] = [undefined as never]
    await loggedActivities(log)(context).inbound?.execute?.(
      { args: [{ host: 'h1', name: 'shop-web', secret: VALUE }], headers: {} },
      async () => {
        logCommand(log, { host: 'h1', args: ['start', VALUE], exitCode: 1, durationMs: 12 })
        throw new Error(`said ${VALUE}`)
      },
    )
  })
  await expect(failed).rejects.toThrow('said')
  expect(lines).toMatchObject(expected)
  expect(lines).toHaveLength(expected.length)
  expect(JSON.stringify(lines)).not.toContain(VALUE)
})
