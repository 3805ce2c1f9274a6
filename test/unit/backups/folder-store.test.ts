import { mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFolderStore } from '../../../src/backups/folder-store.js'
import { storeSuite } from '../../support/s3/store-suite.js'

const root = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-backups-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'backups')
}

storeSuite('a folder', () => createFolderStore(root()))

const { signal } = new AbortController()
async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}

it('is for its owner alone', async () => {
  const folder = root()
  const store = createFolderStore(folder)
  const id = 'db-20261123-141530-0a1b2c3dwxyz'
  const writer = await store.begin('shop', id, signal)
  await writer.put('instance.enc', bytes('x'))
  await writer.commit('manifest.json', '{}')
  for (const path of [folder, join(folder, 'shop'), join(folder, 'shop', id)]) {
    expect((await stat(path)).mode & 0o777).toBe(0o700)
  }
  expect((await stat(join(folder, 'shop', id, 'instance.enc'))).mode & 0o777).toBe(0o600)
})

it('is not made where the folder above it is missing: a disk may not be mounted', async () => {
  const store = createFolderStore(join(root(), 'deep', 'down'))
  await expect(store.begin('shop', 'db-20261123-141530-0a1b2c3dwxyz', signal)).rejects.toMatchObject({
    code: 'PERMISSION',
    hint: expect.stringContaining('mount its disk') as string,
  })
  await expect(store.list('shop', signal)).rejects.toMatchObject({ code: 'PERMISSION' })
  expect(await createFolderStore(root()).list('shop', signal)).toEqual([])
})

it('follows no link that somebody put in place of a file, and lists nothing else that is there', async () => {
  const folder = root()
  await mkdir(join(folder, 'shop', 'lost+found'), { recursive: true })
  await writeFile(join(folder, 'shop', 'notes'), '')
  await chmod(folder, 0o755)
  const store = createFolderStore(folder)
  expect(await store.list('shop', signal)).toEqual([])
  expect(await store.begun('shop', signal)).toEqual([])
  expect(await readdir(join(folder, 'shop'))).toHaveLength(2)
  await expect(store.read('shop', '../shop', 'notes', signal)).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
