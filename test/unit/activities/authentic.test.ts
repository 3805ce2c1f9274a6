import { defaultPayloadConverter, RawValue } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { describe, expect, it } from 'vitest'
import { authenticActivities } from '../../../activities/authentic.js'
import { PAYLOAD_HISTORY, PAYLOAD_KIND } from '../../../src/contracts/index.js'

const run = '01a1ff5c-a6bf-7f1c-ac58-1a8a7bab011d'
const history = { 'cul8er history': '8231' }

/** What an activity was given, and what it answers. */
async function asked(...args: unknown[]): Promise<{ given: unknown[]; answer: unknown; said: Record<string, string> }> {
  let given: unknown[] = []
  const environment = new MockActivityEnvironment(
    {
      activityId: 'deleteInstance-3',
      activityType: 'deleteInstance',
      workflowExecution: { workflowId: 'topology/shop/op/2', runId: run },
    },
    { interceptors: [authenticActivities] },
  )
  const act = async (...all: unknown[]): Promise<unknown> => {
    given = all
    return { done: true }
  }
  const answer: unknown = await environment.run(act, ...args)
  if (!(answer instanceof RawValue)) throw new Error('it does not say what it is')
  const { metadata } = answer.payload
  const said = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString()])
  return {
    given,
    answer: defaultPayloadConverter.fromPayload(answer.payload),
    said: Object.fromEntries(said) as Record<string, string>,
  }
}

describe('the answer of an activity', () => {
  it('says that it is one, and to which history', async () => {
    const { given, answer, said } = await asked('input', history, run)
    expect([given, answer]).toEqual([['input'], { done: true }])
    expect(said).toMatchObject({ [PAYLOAD_KIND]: 'result', [PAYLOAD_HISTORY]: '8231' })
  })

  it('says no history where an older workflow asks', async () => {
    const { given, said } = await asked('input', run)
    expect(given).toEqual(['input'])
    expect(said).toMatchObject({ [PAYLOAD_KIND]: 'result' })
    expect(said).not.toHaveProperty(PAYLOAD_HISTORY)
  })

  it.each([
    ['another run asks', ['input', history, 'another'], 'another run'],
    ['nothing is asked', [history, run], 'it is not for activity'],
    ['a stranger asks', [{ 'cul8er refused': 'it is not signed' }, history, run], 'it is not signed'],
  ])('is a refusal where %s', async (_what, args, message) => {
    await expect(asked(...args)).rejects.toMatchObject({
      type: 'PERMISSION',
      message: expect.stringContaining(message) as string,
    })
  })
})
