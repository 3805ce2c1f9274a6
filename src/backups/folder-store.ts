import { constants, createReadStream } from 'node:fs'
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Cul8erError, messageOf } from '../errors.js'
import { outOfSpace, writeDigested } from '../files/write-digested.js'
import { isBackupId } from './names.js'
import type { BackupStore } from './store.js'

/** Backups in a folder of this machine: one folder each, which has its name once it is whole. */
export function createFolderStore(root: string): BackupStore {
  const ofTopology = (topology: string): string => join(root, topology)
  const wholeAt = (topology: string, id: string): string => join(ofTopology(topology), checked(id))
  const draftAt = (topology: string, id: string): string => join(ofTopology(topology), `.${checked(id)}.part`)

  const names = async (topology: string): Promise<string[]> => {
    try {
      return await readdir(ofTopology(topology))
    } catch (error) {
      // Nothing was ever kept there; or the disk that has it is not mounted, and nobody is to believe that there are none.
      if (isMissing(error) && (await isThere(dirname(root)))) return []
      throw unusable(root, error)
    }
  }

  return {
    words: `folder ${root}`,

    list: async (topology) => (await names(topology)).filter(isBackupId),

    begun: async (topology) =>
      (await names(topology)).flatMap((name) => {
        const id = /^\.(.+)\.part$/.exec(name)?.[1]
        return id !== undefined && isBackupId(id) ? [id] : []
      }),

    async begin(topology, id) {
      // The last part of the path alone: where a disk is not mounted nothing is to be made in its place.
      for (const folder of [root, ofTopology(topology)]) await made(folder, root)
      const draft = draftAt(topology, id)
      await rm(draft, { recursive: true, force: true })
      await mkdir(draft, { mode: 0o700 })
      const write = async (file: string, from: AsyncIterable<Uint8Array>): Promise<number> => {
        try {
          return (await writeDigested(join(draft, file), from)).size
        } catch (error) {
          throw outOfSpace(error, 'the backup', root) ?? error
        }
      }
      return {
        put: write,
        async commit(file, text) {
          await write(file, once(Buffer.from(text)))
          await toDisk(draft)
          await rename(draft, wholeAt(topology, id))
          await toDisk(ofTopology(topology))
        },
      }
    },

    async read(topology, id, file) {
      const path = join(wholeAt(topology, id), file)
      const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
        throw isMissing(error) ? notThere(topology, id) : unusable(root, error)
      })
      return createReadStream(path, { fd: handle })
    },

    async size(topology, id, file) {
      const stats = await lstat(join(wholeAt(topology, id), file)).catch(() => null)
      return stats?.isFile() === true ? stats.size : null
    },

    async remove(topology, id) {
      const draft = draftAt(topology, id)
      await rm(draft, { recursive: true, force: true })
      await rename(wholeAt(topology, id), draft).catch((error: unknown) => {
        if (!isMissing(error)) throw unusable(root, error)
      })
      await rm(draft, { recursive: true, force: true })
    },
  }
}

/** @throws Cul8erError NOT_FOUND: it becomes a part of a path */
export function checked(id: string): string {
  if (isBackupId(id)) return id
  throw new Cul8erError('NOT_FOUND', `${JSON.stringify(id)} is not the name of a backup`, {
    final: true,
    hint: 'cul8er backups lists them',
  })
}

export const notThere = (topology: string, id: string): Cul8erError =>
  new Cul8erError('NOT_FOUND', `${topology} has no backup ${id}`, { final: true, hint: 'cul8er backups lists them' })

async function made(folder: string, root: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(root, error)
  })
}

const isThere = (folder: string): Promise<boolean> =>
  lstat(folder).then(
    () => true,
    () => false,
  )

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

const unusable = (root: string, error: unknown): Cul8erError =>
  new Cul8erError('PERMISSION', `the folder ${root} cannot be used for backups: ${messageOf(error)}`, {
    hint: 'it is a folder of the machine on which the worker runs; make it, or mount its disk, for the user of the worker',
    cause: error,
  })

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** A rename is kept by its folder. */
async function toDisk(folder: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folder, 'r')
    await handle.sync()
  } finally {
    await handle?.close()
  }
}
