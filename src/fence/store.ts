import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The number of the last operation of each topology that has begun, in a folder beside the artifacts: what Temporal's database says may be
 * of a backup, and this is not.
 */
export interface Fence {
  /** 0: none has begun, as far as this folder knows. */
  lastBegun(topology: string): Promise<number>
  /** An operation begins; a lower number than the one that is there changes nothing. */
  begins(topology: string, operation: number): Promise<void>
}

/** @param folder - shared by all workers */
export function createFence(folder: string): Fence {
  const fileOf = (topology: string): string => join(folder, encodeURIComponent(topology))
  const lastBegun = async (topology: string): Promise<number> =>
    readFile(fileOf(topology), 'utf8').then(
      (text) => (/^\d+$/.test(text.trim()) ? Number(text) : 0),
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
        throw error
      },
    )
  return {
    lastBegun,
    begins: async (topology, operation) => {
      if ((await lastBegun(topology)) >= operation) return
      await mkdir(folder, { recursive: true, mode: 0o700 })
      // Whole or not at all: another worker may read it.
      const whole = join(folder, `.${randomBytes(6).toString('hex')}`)
      await writeFile(whole, `${operation}\n`, { mode: 0o600 })
      await rename(whole, fileOf(topology))
    },
  }
}
