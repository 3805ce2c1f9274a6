import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, lstat, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { digestOf, outOfSpace, writeDigested } from '../files/write-digested.js'
import type { Artifact } from '../plan/model.js'

/** Release tarballs by their sha256, in a folder. */
export interface ArtifactStore {
  /**
   * Takes a file in; what is there already is not copied again.
   * @throws Cul8erError ARTIFACT_MISSING, NO_SPACE
   */
  put(file: string): Promise<Artifact>
  /**
   * Where the artifact is; with `verify` its bytes are digested once more.
   * @throws Cul8erError ARTIFACT_MISSING, ARTIFACT_BROKEN
   */
  path(sha256: string, options?: { verify?: boolean; signal?: AbortSignal }): Promise<string>
  has(sha256: string): Promise<boolean>
  /**
   * Removes what is not kept and was put longer ago than `graceMs` (default an hour: a put comes before the revision that
   * names it).
   */
  prune(keep: ReadonlySet<string>, options?: { graceMs?: number; nowMs?: number }): Promise<{ removed: string[] }>
  /** Removes what was fetched and has not been used for a week: it can be had again. Absent: nothing is fetched. */
  pruneCache?(options?: { nowMs?: number }): Promise<{ removed: string[] }>
}

/** A store in the folder, which is made when it is first written to. */
export function createArtifactStore(folder: string): ArtifactStore & {
  /** Where it has an artifact, or would have it. */
  place(sha256: string): string
} {
  const place = (sha256: string): string => join(folder, fileName(sha256))

  async function has(sha256: string): Promise<boolean> {
    return access(place(sha256)).then(
      () => true,
      () => false,
    )
  }

  return {
    has,
    place,

    async put(file) {
      const known = await digestOf(file).catch((cause: unknown) => {
        throw new Cul8erError('ARTIFACT_MISSING', `${file} cannot be read`, { cause })
      })
      if (await has(known.sha256)) {
        // Its age counts from the last put, or a prune could take it from under the revision that is being made.
        await utimes(place(known.sha256), new Date(), new Date())
        return known
      }
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const draft = join(folder, `.${randomBytes(8).toString('hex')}`)
      try {
        // Digested again while it is copied: the name must be that of the bytes kept, also if the file changes in between.
        const copied = await writeDigested(draft, createReadStream(file))
        await rename(draft, place(copied.sha256))
        return copied
      } catch (error) {
        throw outOfSpace(error, 'the artifact', folder) ?? error
      } finally {
        await rm(draft, { force: true })
      }
    },

    async path(sha256, { verify = false } = {}) {
      const path = place(sha256)
      if (!(await has(sha256))) {
        throw new Cul8erError('ARTIFACT_MISSING', `no artifact ${sha256.slice(0, 12)}… in ${folder}`, {
          hint: 'Deploy again from where the tarball is; workers and commands must share one artifact store.',
        })
      }
      if (verify && (await digestOf(path)).sha256 !== sha256) {
        throw new Cul8erError('ARTIFACT_BROKEN', `the digest of artifact ${path} does not match its name`, {
          hint: `Remove it and deploy again from where the tarball is.`,
        })
      }
      return path
    },

    async prune(keep, { graceMs = 3_600_000, nowMs = Date.now() } = {}) {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      const removed: string[] = []
      for (const name of names) {
        const sha256 = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : null
        // Drafts that a crash left have no digest for a name.
        if (sha256 === null ? !name.startsWith('.') : keep.has(sha256)) continue
        const stats = await lstat(join(folder, name)).catch(() => null)
        if (stats === null || !stats.isFile() || nowMs - stats.mtimeMs < graceMs) continue
        await rm(join(folder, name), { force: true })
        if (sha256 !== null) removed.push(sha256)
      }
      return { removed }
    },
  }
}

const SUFFIX = '.tar.gz'

function fileName(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Cul8erError('INTERNAL', `${JSON.stringify(sha256)} is not a sha256`)
  return `${sha256}${SUFFIX}`
}
