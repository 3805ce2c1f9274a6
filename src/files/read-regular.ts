import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Why a file was not read, in words that follow its path: `cannot be read (ENOENT)`. */
export class Unreadable extends Error {
  constructor(
    message: string,
    /** Of the system; null: the file is there, but not what it should be. */
    readonly code: string | null = null,
  ) {
    super(message)
  }
}

/**
 * All of a regular file: neither a FIFO, whose writer would be waited for, nor a device, which may never end.
 *
 * @param limit - most bytes that it may have
 * @throws Unreadable
 */
export async function readRegular(path: string, limit: number): Promise<Buffer> {
  // Opening a FIFO would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY
  const handle = await open(path, flags).catch(refused)
  try {
    const kind = await handle.stat()
    if (kind.isDirectory()) throw new Unreadable('cannot be read (EISDIR)', 'EISDIR')
    if (!kind.isFile()) throw new Unreadable('is not a regular file')
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(limit + 1)).catch(refused)
    if (bytesRead > limit) throw new Unreadable(`is larger than ${limit} bytes`)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

function refused({ code = 'EIO' }: NodeJS.ErrnoException): never {
  throw new Unreadable(`cannot be read (${code})`, code)
}
