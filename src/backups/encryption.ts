import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import { derived, type BackupKey } from './key.js'

/*
 * Parts of a backup, encrypted piece by piece: the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) with AES-256-GCM, as age
 * has it with another cipher. A key of its own for each part, from the owner's key, a fresh salt and what the part is; the nonce of a piece
 * is its number and whether it is the last. So nothing can be cut off, swapped or left out, within a part or between parts.
 *
 *   cul8er-backup/1\n | salt, 32 bytes | pieces of 64 KiB, each followed by its tag of 16 bytes; the last is shorter, or as long
 */

const MAGIC = Buffer.from('cul8er-backup/1\n')
const SALT_BYTES = 32
const HEAD_BYTES = MAGIC.length + SALT_BYTES
const PIECE_BYTES = 64 * 1024
const TAG_BYTES = 16

/** The clear bytes encrypted. `of`: what they are, without which they do not open. */
export async function* encrypted(
  clear: AsyncIterable<Uint8Array>,
  key: BackupKey,
  of: string,
): AsyncGenerator<Uint8Array> {
  const salt = randomBytes(SALT_BYTES)
  const own = derived(key.bytes, of, salt)
  yield Buffer.concat([MAGIC, salt])
  let number = 0
  for await (const { piece, last } of inPieces(clear, PIECE_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', own, nonce(number++, last))
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
  }
}

/**
 * The clear bytes, piece by piece; each is what was encrypted.
 * @throws Cul8erError ARTIFACT_BROKEN where anything was changed, is missing at the end, or is of another key or another backup; as the source does
 */
export async function* decrypted(
  from: AsyncIterable<Uint8Array>,
  key: BackupKey,
  of: string,
): AsyncGenerator<Uint8Array> {
  let number = 0
  const source = headAndRest(from)
  const first = await source.next()
  const head = first.done === true ? Buffer.alloc(0) : first.value
  if (head.length !== HEAD_BYTES || !head.subarray(0, MAGIC.length).equals(MAGIC)) throw broken(of)
  const own = derived(key.bytes, of, head.subarray(MAGIC.length))
  for await (const { piece, last } of inPieces(source, PIECE_BYTES + TAG_BYTES)) {
    if (piece.length < TAG_BYTES) throw broken(of)
    const decipher = createDecipheriv('aes-256-gcm', own, nonce(number++, last), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(piece.subarray(-TAG_BYTES))
    const clear = decipher.update(piece.subarray(0, -TAG_BYTES))
    try {
      decipher.final()
    } catch {
      throw broken(of)
    }
    if (clear.length > 0) yield clear
  }
}

const broken = (of: string): Cul8erError =>
  new Cul8erError('ARTIFACT_BROKEN', `${of} was cut off or changed, or belongs to another backup or key`, {
    hint: 'nothing was restored from it; cul8er backups lists others',
  })

/** 88 bits of number, as age counts, and whether it is the last. */
function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUIntBE(number, 5, 6)
  bytes[11] = last ? 1 : 0
  return bytes
}

/** All of the same length but the last, which is known as such; nothing at all is one empty piece. */
async function* inPieces(
  from: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ piece: Buffer; last: boolean }> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const bytes of from) {
    waiting.push(bytes)
    length += bytes.length
    // One byte more tells that this is not the last.
    if (length <= size) continue
    const all = Buffer.concat(waiting)
    let at = 0
    for (; all.length - at > size; at += size) yield { piece: all.subarray(at, at + size), last: false }
    waiting = [all.subarray(at)]
    length = all.length - at
  }
  yield { piece: Buffer.concat(waiting), last: true }
}

/** First what a part begins with, then the rest as it comes. */
async function* headAndRest(from: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  let isRead = false
  for await (const bytes of from) {
    if (isRead) {
      yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      continue
    }
    head = Buffer.concat([head, bytes])
    if (head.length < HEAD_BYTES) continue
    isRead = true
    yield head.subarray(0, HEAD_BYTES)
    if (head.length > HEAD_BYTES) yield head.subarray(HEAD_BYTES)
  }
  if (!isRead) yield head
}
