import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readdir, rename, rm, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { digestOf, outOfSpace, writeDigested } from '../files/write-digested.js'
import { sizeWords } from '../topology/units.js'
import { createTurns } from '../waiting/turns.js'

/** An image as a file. */
export interface ImageFile {
  path: string
  /** Bytes. */
  size: number
}

/** An image as its host describes it. */
export interface WantedImage {
  fingerprint: string
  sizeBytes: number
}

/** Images on their way from host to host, by fingerprint, in a folder. */
export interface ImageStore {
  /**
   * The image, from the folder or else from `open`, whose bytes have to have the fingerprint, and are no more than was said. Two that want it
   * at once get it once.
   * @throws Cul8erError ARTIFACT_BROKEN for other bytes, NO_SPACE; what `open` throws
   */
  take(image: WantedImage, open: () => Promise<AsyncIterable<Uint8Array>>): Promise<ImageFile>
  /** Removes what nobody took for `unusedMs` (default a day). */
  prune(options?: { unusedMs?: number; nowMs?: number }): Promise<{ removed: string[] }>
}

/** A store in the folder, which is made when it is first written to. */
export function createImageStore(folder: string): ImageStore {
  const turns = createTurns()

  async function kept(fingerprint: string): Promise<ImageFile | null> {
    const path = join(folder, fingerprint)
    const stats = await lstat(path).catch(() => null)
    if (stats?.isFile() !== true) return null
    // Its disk may have lost some of it since.
    if ((await digestOf(path)).sha256 !== fingerprint) {
      await rm(path, { force: true })
      return null
    }
    await utimes(path, new Date(), new Date())
    return { path, size: stats.size }
  }

  async function fetched(
    { fingerprint, sizeBytes }: WantedImage,
    open: () => Promise<AsyncIterable<Uint8Array>>,
  ): Promise<ImageFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const { bavail, bsize } = await statfs(folder)
    if (sizeBytes > bavail * bsize - RESERVED_BYTES) throw noRoom({ fingerprint, sizeBytes }, folder)
    const from = atMost(sizeBytes, await open(), fingerprint)
    const draft = join(folder, `.${randomBytes(8).toString('hex')}`)
    try {
      const { sha256, size } = await writeDigested(draft, from)
      if (sha256 !== fingerprint) {
        throw new Cul8erError('ARTIFACT_BROKEN', `the image ${fingerprint.slice(0, 12)} arrived with other bytes`, {
          hint: 'it may be one of several files, which cul8er does not copy: import it on the host by hand',
        })
      }
      const path = join(folder, fingerprint)
      await rename(draft, path)
      return { path, size }
    } catch (error) {
      throw outOfSpace(error, 'the image', folder) ?? error
    } finally {
      await rm(draft, { force: true })
    }
  }

  return {
    take(image, open) {
      const { fingerprint } = image
      if (!/^[0-9a-f]{64}$/.test(fingerprint))
        return Promise.reject(new Cul8erError('INTERNAL', `${JSON.stringify(fingerprint)} is not a fingerprint`))
      return turns(fingerprint, async () => (await kept(fingerprint)) ?? fetched(image, open))
    },

    async prune({ unusedMs = DAY_MS, nowMs = Date.now() } = {}) {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return []
        throw error
      })
      const removed: string[] = []
      for (const name of names) {
        const stats = await lstat(join(folder, name)).catch(() => null)
        if (stats === null || !stats.isFile() || nowMs - stats.mtimeMs < unusedMs) continue
        await rm(join(folder, name), { force: true })
        removed.push(name)
      }
      return { removed }
    },
  }
}

/** Other things that the disk is for, the state of all topologies among them, do not stop for an image. */
const RESERVED_BYTES = 256 * 1024 * 1024

const noRoom = ({ fingerprint, sizeBytes }: WantedImage, folder: string): Cul8erError =>
  new Cul8erError(
    'NO_SPACE',
    `no space left for the image ${fingerprint.slice(0, 12)} of ${sizeWords(Math.ceil(sizeBytes / (1024 * 1024)))} in ${folder}`,
  )

/** The fingerprint is known when all of it is there, and a host may give bytes without an end. */
async function* atMost(
  sizeBytes: number,
  from: AsyncIterable<Uint8Array>,
  fingerprint: string,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const piece of from) {
    size += piece.length
    if (size > sizeBytes)
      throw new Cul8erError(
        'ARTIFACT_BROKEN',
        `the image ${fingerprint.slice(0, 12)} is larger than its host said (${sizeBytes} bytes): it was not taken`,
      )
    yield piece
  }
}

const DAY_MS = 86_400_000
