import { describe, expect, it } from 'vitest'
import { payloadCodecs, wantsEncryption } from '../../../src/payloads/codecs.js'
import { EncryptingCodec, ENCRYPTED } from '../../../src/payloads/encryption.js'

const key = Buffer.alloc(32, 'k')
const text = (value: string) => ({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(value) })
const encrypting = new EncryptingCodec({ key, encrypt: true })
const plain = (payload?: { data?: Uint8Array | null }): string => Buffer.from(payload?.data ?? []).toString()

describe('encryption', () => {
  it('hides data and metadata, and gives both back', async () => {
    const payload = { ...text('"word"'), metadata: { encoding: Buffer.from('json/plain'), more: Buffer.from('meta') } }
    const [box] = await encrypting.encode([payload])
    expect(Object.keys(box!.metadata!)).toEqual(['encoding'])
    expect(Buffer.from(box!.metadata!.encoding!).toString()).toBe(ENCRYPTED)
    expect(plain(box)).not.toMatch(/word|meta|json/)
    const [back] = await encrypting.decode([box!])
    expect(plain(back)).toBe('"word"')
    expect(Buffer.from(back!.metadata!.more!).toString()).toBe('meta')
  })

  it('gives an absent value back as one', async () => {
    const [box] = await encrypting.encode([{ metadata: { encoding: Buffer.from('binary/null') } }])
    expect(plain((await encrypting.decode([box!]))[0])).toBe('')
  })

  it('makes another box each time', async () => {
    const [one, other] = await encrypting.encode([text('a'), text('a')])
    expect(plain(one)).not.toBe(plain(other))
  })

  it('opens what a key of before made, and nothing else', async () => {
    const next = Buffer.alloc(32, 'n')
    const [box] = await encrypting.encode([text('a')])
    expect(plain((await new EncryptingCodec({ key: next, former: [key], encrypt: true }).decode([box!]))[0])).toBe('a')
    expect((await new EncryptingCodec({ key: next, encrypt: true }).decode([box!]))[0]).toBe(box)
  })

  it.each([0, 12, 20, -1])('leaves what was altered at byte %i shut', async (at) => {
    const [box] = await encrypting.encode([text('something')])
    const data = Buffer.from(box!.data!)
    data[at < 0 ? data.length + at : at]! ^= 1
    const altered = { ...box!, data }
    expect((await encrypting.decode([altered]))[0]).toBe(altered)
  })

  it.each([0, 5, 27])('leaves %i bytes shut', async (length) => {
    const short = { metadata: { encoding: Buffer.from(ENCRYPTED) }, data: Buffer.alloc(length) }
    expect((await encrypting.decode([short]))[0]).toBe(short)
  })
})

describe('with signatures', () => {
  const side = (side: 'command' | 'worker', encrypt: boolean, of = key) => payloadCodecs({ key: of, side, encrypt })
  const through = async (from: ReturnType<typeof side>, to: ReturnType<typeof side>) => {
    let payloads = [text('"word"')]
    for (const codec of from) payloads = (await codec.encode(payloads)) as typeof payloads
    for (const codec of [...to].reverse()) payloads = (await codec.decode(payloads)) as typeof payloads
    return payloads[0]!
  }

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('a worker reads a command, encrypting %s, encrypting itself %s', async (command, worker) => {
    expect(plain(await through(side('command', command), side('worker', worker)))).toBe('"word"')
  })

  it('a worker refuses another key, a command too', async () => {
    const other = Buffer.alloc(32, 'o')
    expect(plain(await through(side('command', true, other), side('worker', true)))).toContain('with another key')
    await expect(through(side('worker', true, other), side('command', true))).rejects.toThrow('with another key')
  })
})

it.each([
  [undefined, false],
  ['', false],
  ['0', false],
  ['false', false],
  ['1', true],
  ['true', true],
])('CUL8ER_ENCRYPT=%s', (said, wanted) => {
  expect(wantsEncryption(said === undefined ? {} : { CUL8ER_ENCRYPT: said })).toBe(wanted)
})

it('CUL8ER_ENCRYPT=yes is refused', () => {
  expect(() => wantsEncryption({ CUL8ER_ENCRYPT: 'yes' })).toThrow('CUL8ER_ENCRYPT is "yes"; expected 1 or 0')
})
