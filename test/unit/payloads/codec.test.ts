import { defaultPayloadConverter, type Payload, type SerializationContext } from '@temporalio/common'
import { describe, expect, it } from 'vitest'
import { isRefused, PAYLOAD_KIND, PAYLOAD_MAC } from '../../../src/contracts/index.js'
import { AuthenticCodec } from '../../../src/payloads/codec.js'

const key = Buffer.alloc(32, 'k')
const worker = new AuthenticCodec({ key, side: 'worker' })
const command = new AuthenticCodec({ key, side: 'command' })
const other = new AuthenticCodec({ key: Buffer.alloc(32, 'o'), side: 'worker' })
const ledger: SerializationContext = { type: 'workflow', namespace: 'default', workflowId: 'topology/shop' }
const step: SerializationContext = {
  ...{ type: 'activity', namespace: 'default', workflowId: 'topology/shop/op/1' },
  ...{ activityId: 'deleteInstance-4', isLocal: false },
}
const value = { kind: 'deploy', text: 'ä' }
const payload = defaultPayloadConverter.toPayload(value)
const kinded = (kind: string): Payload => ({
  ...payload,
  metadata: { ...payload.metadata, [PAYLOAD_KIND]: Buffer.from(kind) },
})
const read = ([one]: Payload[]): unknown => defaultPayloadConverter.fromPayload(one as Payload)
const kindOf = ([one]: Payload[]): string => Buffer.from(one?.metadata?.[PAYLOAD_KIND] ?? []).toString()

describe('the codec', () => {
  it.each<[string, AuthenticCodec, Payload, SerializationContext | undefined, string]>([
    ['a command', command, payload, ledger, 'request'],
    ['a command that claims to be more', command, kinded('child'), ledger, 'request'],
    ['an activity', worker, kinded('result'), step, 'result'],
    ['what an activity says besides', worker, payload, step, 'other'],
    ['words of a workflow', worker, payload, ledger, 'other'],
    ['what a workflow says', worker, kinded('continued'), ledger, 'continued'],
    ['what belongs nowhere', worker, payload, undefined, 'other'],
  ])(
    'of %s: the data stays readable, its purpose is named, a worker believes it',
    async (_who, codec, sent, at, kind) => {
      const encoded = await codec.encode([sent], at)
      expect(read(encoded)).toEqual(value)
      expect(kindOf(encoded)).toBe(kind)
      expect(read(await worker.decode(encoded, at))).toEqual(value)
    },
  )

  const spoilt: [string, (encoded: Payload) => Payload, SerializationContext][] = [
    ['unsigned', () => payload, step],
    ['signed by another key', (p) => p, step],
    ['altered data', (p) => ({ ...p, data: Buffer.from('{}') }), step],
    ['another purpose', (p) => ({ ...p, metadata: { ...p.metadata, [PAYLOAD_KIND]: Buffer.from('child') } }), step],
    ['another encoding', (p) => ({ ...p, metadata: { ...p.metadata, encoding: Buffer.from('binary/plain') } }), step],
    ['something more in its metadata', (p) => ({ ...p, metadata: { ...p.metadata, more: Buffer.from('') } }), step],
    ['half a signature', (p) => ({ ...p, metadata: { ...p.metadata, [PAYLOAD_MAC]: Buffer.from('abc') } }), step],
    ['for another activity', (p) => p, { ...step, activityId: 'deleteInstance-5' }],
    ['for another workflow', (p) => p, { ...step, workflowId: 'topology/shop/op/2' }],
    ['for another namespace', (p) => p, { ...step, namespace: 'prod' }],
    ['for a workflow', (p) => p, { type: 'workflow', namespace: 'default', workflowId: 'topology/shop/op/1' }],
  ]
  it.each(spoilt)('marks as refused for a worker, and throws for a command: %s', async (what, spoil, at) => {
    const [encoded] = await (what.includes('another key') ? other : worker).encode([kinded('activity')], step)
    const sent = [spoil(encoded as Payload)]
    const marked = await worker.decode(sent, at)
    expect(isRefused(read(marked))).toBe(true)
    expect(kindOf(marked)).toBe('refused')
    await expect(command.decode(sent, at)).rejects.toMatchObject({ code: 'PERMISSION' })
  })

  it('a command takes no request for an answer', async () => {
    await expect(command.decode(await command.encode([payload], ledger), ledger)).rejects.toMatchObject({
      code: 'PERMISSION',
      message: expect.stringContaining('made by a command') as string,
    })
  })

  it('takes what has no data, as undefined has none', async () => {
    const empty = defaultPayloadConverter.toPayload(undefined)
    // As protobufjs decodes it.
    const arrived = (await worker.encode([empty], step)).map((p) => ({ ...p, data: [] as unknown as Uint8Array }))
    expect(kindOf(await worker.decode(arrived, step))).toBe('other')
  })

  it('believes what a key from before signed, and signs with the one in force', async () => {
    const next = new AuthenticCodec({
      key: Buffer.alloc(32, 'n'),
      former: [Buffer.alloc(32, 'x'), key],
      side: 'worker',
    })
    expect(read(await next.decode(await worker.encode([payload], step), step))).toEqual(value)
    expect(kindOf(await worker.decode(await next.encode([payload], step), step))).toBe('refused')
  })
})
