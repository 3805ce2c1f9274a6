import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'

/** Bytes by what they are, and how many. */
export interface Digested {
  sha256: string
  size: number
}

/** Reads a file and digests it. */
export async function digestOf(path: string): Promise<Digested> {
  const hash = createHash('sha256')
  let size = 0
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(piece)
    size += piece.length
  }
  return { sha256: hash.digest('hex'), size }
}

/** Writes a new file that its owner alone may read, to the disk, and digests what it writes. */
export async function writeDigested(path: string, from: AsyncIterable<Uint8Array>): Promise<Digested> {
  const hash = createHash('sha256')
  let size = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const piece of from) {
      hash.update(piece)
      size += piece.length
      await file.writeFile(piece)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sha256: hash.digest('hex'), size }
}

/** A full disk in words; null for another error. `what`: the artifact. */
export const outOfSpace = (error: unknown, what: string, folder: string): Cul8erError | null =>
  error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    ? new Cul8erError('NO_SPACE', `no space left for ${what} in ${folder}`, { cause: error })
    : null
