import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The number of the last operation of each topology that has begun, and when it is destroyed by itself, in a folder beside the artifacts: what
 * Temporal's database says may be of a backup, and this is not.
 */
export interface Fence {
  /** 0: none has begun, as far as this folder knows. */
  lastBegun(topology: string): Promise<number>
  /** An operation begins; a lower number than the one that is there changes nothing. */
  begins(topology: string, operation: number): Promise<void>
  /** When it is destroyed by itself, ISO time, as a ledger said last; null: it is not. undefined: nothing is written down. */
  expiry(topology: string): Promise<string | null | undefined>
  /** Another expiry counts from now on. */
  expires(topology: string, expiresAt: string | null): Promise<void>
}

/** @param folder - shared by all workers */
export function createFence(folder: string): Fence {
  const fileOf = (topology: string): string => join(folder, encodeURIComponent(topology))
  // No topology has a dot in its name.
  const expiryFileOf = (topology: string): string => `${fileOf(topology)}.ttl`
  const lastBegun = async (topology: string): Promise<number> => {
    const text = await textOf(fileOf(topology))
    return /^\d+$/.test(text) ? Number(text) : 0
  }
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // Whole or not at all: another worker may read it.
    const whole = join(folder, `.${randomBytes(6).toString('hex')}`)
    await writeFile(whole, `${text}\n`, { mode: 0o600 })
    await rename(whole, file)
  }
  return {
    lastBegun,
    begins: async (topology, operation) => {
      if ((await lastBegun(topology)) >= operation) return
      await write(fileOf(topology), String(operation))
    },
    expiry: async (topology) => {
      const text = await textOf(expiryFileOf(topology))
      return text === NEVER ? null : isTime(text) ? text : undefined
    },
    expires: (topology, expiresAt) => write(expiryFileOf(topology), expiresAt ?? NEVER),
  }
}

const NEVER = 'never'

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text

/** '' where there is no such file. */
const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
      throw error
    },
  )
