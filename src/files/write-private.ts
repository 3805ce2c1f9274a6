import { open } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'

/**
 * Writes a file that its owner alone may read, also where one was there that others could. Pipes and devices stay as they are.
 * @throws Cul8erError USAGE where no file can be written at that path
 */
export async function writePrivate(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', MODE).catch((error: unknown) => {
    throw notWritten(path, error)
  })
  try {
    // Before there is anything in it.
    if ((await handle.stat()).isFile()) await handle.chmod(MODE)
    await handle.writeFile(text)
  } finally {
    await handle.close()
  }
}

const MODE = 0o600

/** Somebody chose the path: what is wrong with it is no bug. */
function notWritten(path: string, error: unknown): Cul8erError {
  const { code = String(error) } = error as NodeJS.ErrnoException
  return new Cul8erError('USAGE', `${path} cannot be written (${code})`, {
    hint: HINTS[code] ?? 'give the path of a file that you may write',
    cause: error,
  })
}

const HINTS: Record<string, string> = {
  EISDIR: 'it is a folder: give the path of a file in it',
  ENOENT: 'its folder does not exist: make it first, or give another path',
}
