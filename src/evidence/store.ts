import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { inFile, lastLines } from './last-lines.js'

/** Last log lines of instances that an operation removed, in a folder: `<topology>/op-<n>/<instance>.log`, for its owner alone. */
export interface EvidenceStore {
  /** Keeps the last lines of an instance; no lines replace none that are kept. */
  put(of: Evidence, lines: readonly string[]): Promise<void>
  /** What is kept of an operation, by instance. */
  read(topology: string, operation: number): Promise<{ instance: string; lines: string[] }[]>
  /** Removes what was kept longer ago than `keepMs`. */
  prune(keepMs: number, nowMs?: number): Promise<{ removed: string[] }>
}

interface Evidence {
  topology: string
  operation: number
  instance: string
}

/** Of one instance. */
export const EVIDENCE_LIMITS = { most: 200, bytes: 64 * 1024 } as const

/** A store in the folder, which is made when it is first written to. */
export function createEvidenceStore(folder: string): EvidenceStore {
  const placeOf = (topology: string, operation: number): string => join(folder, safe(topology), safe(`op-${operation}`))
  return {
    async put({ topology, operation, instance }, lines) {
      if (lines.length === 0) return
      const place = placeOf(topology, operation)
      await mkdir(place, { recursive: true, mode: 0o700 })
      const kept = lastLines(lines, { ...EVIDENCE_LIMITS, sizeOf: inFile })
      const draft = join(place, `.${randomBytes(8).toString('hex')}`)
      try {
        await writeFile(draft, kept.lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
        await rename(draft, join(place, `${safe(instance)}${SUFFIX}`))
      } finally {
        await rm(draft, { force: true })
      }
    },

    async read(topology, operation) {
      const place = placeOf(topology, operation)
      const files = (await entries(place)).filter((name) => name.endsWith(SUFFIX)).sort()
      return Promise.all(
        files.map(async (name) => ({
          instance: name.slice(0, -SUFFIX.length),
          lines: (await readFile(join(place, name), 'utf8')).split('\n').slice(0, -1),
        })),
      )
    },

    async prune(keepMs, nowMs = Date.now()) {
      const removed: string[] = []
      for (const topology of await entries(folder)) {
        for (const operation of await entries(join(folder, topology))) {
          const { mtimeMs } = await stat(join(folder, topology, operation))
          if (nowMs - mtimeMs < keepMs) continue
          await rm(join(folder, topology, operation), { recursive: true, force: true })
          removed.push(`${topology}/${operation}`)
        }
        if ((await entries(join(folder, topology))).length === 0) await rm(join(folder, topology), { recursive: true })
      }
      return { removed }
    },
  }
}

const SUFFIX = '.log'

/** Names of topologies, operations and instances have no dots and slashes; what has is no name. */
function safe(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) {
    throw new Cul8erError(
      'INTERNAL',
      `${JSON.stringify(name)} is not the name of a topology, an operation or an instance`,
    )
  }
  return name
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
}
