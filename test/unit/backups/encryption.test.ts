import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decrypted, encrypted } from '../../../src/backups/encryption.js'
import { backupKey } from '../../../src/backups/key.js'

const key = backupKey(Buffer.alloc(32, 7).toString('base64'), 'key')
const other = backupKey(Buffer.alloc(32, 8).toString('base64'), 'key')
const HEAD = 16 + 32
const PIECE = 64 * 1024 + 16

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function all(from: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of from) pieces.push(piece)
  return Buffer.concat(pieces)
}
const sealed = (clear: Uint8Array, size = 10_000): Promise<Buffer> => all(encrypted(chunks(clear, size), key, 'a'))
const opened = (bytes: Uint8Array, { by = key, of = 'a', size = 10_000 } = {}): Promise<Buffer> =>
  all(decrypted(chunks(bytes, size), by, of))

describe('parts of a backup', () => {
  const lengths = [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000]
  it.each(lengths.flatMap((length) => [1_000, 65_536, 1_000_000].map((size) => [length, size] as const)))(
    'of %i bytes in pieces of %i come back as they were',
    async (length, size) => {
      const clear = randomBytes(length)
      const bytes = await sealed(clear, size)
      expect(bytes.length).toBe(HEAD + length + 16 * Math.max(1, Math.ceil(length / 65_536)))
      expect((await opened(bytes, { size: size + 7 })).equals(clear)).toBe(true)
    },
  )

  it('are other bytes each time', async () => {
    expect((await sealed(Buffer.from('x'))).equals(await sealed(Buffer.from('x')))).toBe(false)
  })

  const swapped = (bytes: Buffer): Buffer =>
    Buffer.concat([
      bytes.subarray(0, HEAD),
      bytes.subarray(HEAD + PIECE, HEAD + 2 * PIECE),
      bytes.subarray(HEAD, HEAD + PIECE),
      bytes.subarray(HEAD + 2 * PIECE),
    ])
  const flipped = (bytes: Buffer, at: number): Buffer => {
    const copy = Buffer.from(bytes)
    copy[at < 0 ? copy.length + at : at]! ^= 1
    return copy
  }
  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['nothing at all', () => Buffer.alloc(0)],
    ['half a head', (bytes) => bytes.subarray(0, 20)],
    ['a head alone', (bytes) => bytes.subarray(0, HEAD)],
    ['one byte less', (bytes) => bytes.subarray(0, -1)],
    ['whole pieces less', (bytes) => bytes.subarray(0, HEAD + 2 * PIECE)],
    ['one byte more', (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])],
    ['itself twice', (bytes) => Buffer.concat([bytes, bytes.subarray(HEAD)])],
    ['two pieces in another order', swapped],
    ['a piece left out', (bytes) => Buffer.concat([bytes.subarray(0, HEAD), bytes.subarray(HEAD + PIECE)])],
    ['another first byte', (bytes) => flipped(bytes, 0)],
    ['another salt', (bytes) => flipped(bytes, 20)],
    ['another byte in the middle', (bytes) => flipped(bytes, HEAD + PIECE + 5)],
    ['another last byte', (bytes) => flipped(bytes, -1)],
  ])('with %s are refused', async (_, change) => {
    const bytes = await sealed(randomBytes(3 * 65_536 + 10))
    await expect(opened(change(bytes))).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
  })

  it('open neither with another key nor as another part', async () => {
    const bytes = await sealed(Buffer.from('hello'))
    await expect(opened(bytes, { by: other })).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
    await expect(opened(bytes, { of: 'b' })).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
  })

  it('give no byte of a piece that is not what was encrypted', async () => {
    const clear = randomBytes(200_000)
    const got: Buffer[] = []
    const reading = (async () => {
      for await (const piece of decrypted(chunks(flipped(await sealed(clear), HEAD + PIECE + 5), 999), key, 'a')) {
        got.push(Buffer.from(piece))
      }
    })()
    await expect(reading).rejects.toThrow()
    expect(Buffer.concat(got).equals(clear.subarray(0, 65_536))).toBe(true)
  })
})

describe('a key', () => {
  it.each(['', 'short', 'c2hvcnQ=', Buffer.alloc(33).toString('base64'), `${'é'.repeat(44)}`])(
    'is none: %s',
    (text) => {
      expect(() => backupKey(text, 'resources.db.backup.key')).toThrow('resources.db.backup.key is not a key')
    },
  )
  it('is known by digits that tell nothing of it', () => {
    expect(key.id).toMatch(/^[0-9a-f]{8}$/)
    expect(key.id).not.toBe(other.id)
    expect(backupKey(`${Buffer.alloc(32, 7).toString('base64')}\n`, 'key').id).toBe(key.id)
  })
})
