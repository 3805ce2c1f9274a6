import { open } from 'node:fs/promises'

/** Writes a file that its owner alone may read, also where one was there that others could. Pipes and devices stay as they are. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w', MODE)
  try {
    // Before there is anything in it.
    if ((await handle.stat()).isFile()) await handle.chmod(MODE)
    await handle.writeFile(text)
  } finally {
    await handle.close()
  }
}

const MODE = 0o600
