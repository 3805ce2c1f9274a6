import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { digestOf, outOfSpace } from '../files/write-digested.js'
import { createTurns } from '../waiting/turns.js'
import { fetchArtifact, type ArtifactSource } from './fetch.js'
import { createArtifactStore, type ArtifactStore } from './store.js'

/** ms for which something is kept that nobody asks for. */
const UNUSED_MS = 7 * 86_400_000

/** ms for which a draft has not grown whose worker is gone: one that gets no byte for 20 s gives up. */
const LEFT_MS = 60_000

/**
 * A store that gets what it lacks from another worker's, and keeps it in the folder for the next time. What comes is believed once its digest
 * is right.
 */
export function createRemoteStore(folder: string, source: ArtifactSource): ArtifactStore {
  const cache = createArtifactStore(folder)
  const turns = createTurns()
  // Another worker of the same home may be fetching the same: two that write to one file spoil it for both.
  const own = randomBytes(6).toString('hex')

  async function fetched(sha256: string, signal: AbortSignal | undefined): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = join(folder, `.${sha256}.${own}.part`)
    await takeOver(folder, sha256, draft)
    try {
      await fetchArtifact(source, sha256, draft, signal)
    } catch (error) {
      throw outOfSpace(error, 'the artifact', folder) ?? error
    }
    if ((await digestOf(draft)).sha256 === sha256) return rename(draft, cache.place(sha256))
    await rm(draft, { force: true })
    throw new Cul8erError(
      'UNREACHABLE',
      `the artifact ${sha256.slice(0, 12)}… arrived from ${source.url.origin} with other bytes`,
      {
        hint: 'it is fetched again from its beginning; if that goes on, the file in the store is damaged',
      },
    )
  }

  return {
    ...cache,
    pruneCache: (options) => cache.prune(new Set(), { ...options, graceMs: UNUSED_MS }),
    path: (sha256, { signal, ...options } = {}) =>
      turns(sha256, async () => {
        signal?.throwIfAborted()
        if (!(await cache.has(sha256))) await fetched(sha256, signal)
        // Its age counts from its last use.
        else await utimes(cache.place(sha256), new Date(), new Date())
        return cache.path(sha256, options)
      }),
  }
}

/** Goes on with what a worker left that is there no more; of several that want it one gets it. */
async function takeOver(folder: string, sha256: string, draft: string): Promise<void> {
  const names = await readdir(folder)
  const drafts = names
    .filter((name) => name.startsWith(`.${sha256}.`) && name.endsWith('.part'))
    .map((name) => join(folder, name))
  if (drafts.includes(draft)) return
  for (const left of drafts) {
    const { mtimeMs } = await stat(left).catch(() => ({ mtimeMs: Infinity }))
    if (Date.now() - mtimeMs < LEFT_MS) continue
    const taken = await rename(left, draft).then(
      () => true,
      () => false,
    )
    if (taken) return
  }
}
