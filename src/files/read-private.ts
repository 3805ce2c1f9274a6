import { open } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'

/**
 * The text of a file that holds a secret; null: there is no such file.
 * @param what - the secret, in words
 * @param spoilt - what to do should somebody have read it
 * @throws Cul8erError PERMISSION for a file that others can read, or that this user cannot
 */
export async function readPrivate(file: string, what: string, spoilt: string): Promise<string | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    // ENOTDIR: its folder lies below a file, as whoever makes it will say.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw new Cul8erError('PERMISSION', `${what} ${file} cannot be read: ${error.message}`, { cause: error })
  })
  if (handle === null) return null
  try {
    const mode = (await handle.stat()).mode & 0o777
    if ((mode & 0o077) !== 0) {
      throw new Cul8erError('PERMISSION', `${what} ${file} has mode ${mode.toString(8)}: others can read it`, {
        hint: `chmod 600 ${file}; and if someone may have read it, ${spoilt}`,
      })
    }
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}
