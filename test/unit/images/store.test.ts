import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createImageStore, type ImageStore } from '../../../src/images/store.js'

const BYTES = Buffer.from('an image')
const FINGERPRINT = createHash('sha256').update(BYTES).digest('hex')
const IMAGE = { fingerprint: FINGERPRINT, sizeBytes: BYTES.length }

let folder: string
let store: ImageStore
let opened: number

const open = async (): Promise<AsyncIterable<Uint8Array>> => {
  opened += 1
  return pieces(BYTES)
}

async function* pieces(...all: Buffer[]): AsyncGenerator<Uint8Array> {
  for (const each of all) yield await Promise.resolve(each)
}

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cul8er-images-')), 'images')
  store = createImageStore(folder)
  opened = 0
})
afterEach(() => rm(join(folder, '..'), { recursive: true }))

it('keeps an image that only its owner can read, and asks for it once', async () => {
  const [first, second] = await Promise.all([store.take(IMAGE, open), store.take(IMAGE, open)])
  expect(await store.take(IMAGE, open)).toEqual(first)
  expect([second, opened]).toEqual([first, 1])
  expect(await readFile(first.path)).toEqual(BYTES)
  expect(first.size).toBe(BYTES.length)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(first.path)).mode & 0o777).toBe(0o600)
})

it('keeps nothing of other bytes', async () => {
  await expect(store.take(IMAGE, async () => pieces(Buffer.from('no image')))).rejects.toMatchObject({
    code: 'ARTIFACT_BROKEN',
  })
  expect(await readdir(folder)).toEqual([])
})

it('keeps nothing of an image that broke off, and the next one gets it whole', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(BYTES.subarray(0, 3))
    throw new Error('gone')
  }
  const results = await Promise.allSettled([store.take(IMAGE, async () => broken()), store.take(IMAGE, open)])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(await readdir(folder)).toEqual([FINGERPRINT])
})

it('gets an image again whose file was changed', async () => {
  const { path } = await store.take(IMAGE, open)
  await writeFile(path, 'another')
  await store.take(IMAGE, open)
  expect(await readFile(path)).toEqual(BYTES)
  expect(opened).toBe(2)
})

it('takes nothing for a fingerprint that is none', async () => {
  await expect(store.take({ ...IMAGE, fingerprint: '../elsewhere' }, open)).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(opened).toBe(0)
})

it('removes what nobody asked for lately', async () => {
  const { path } = await store.take(IMAGE, open)
  expect(await store.prune()).toEqual({ removed: [] })
  await utimes(path, 0, 0)
  expect(await store.prune()).toEqual({ removed: [FINGERPRINT] })
  expect(await createImageStore(join(folder, 'none')).prune()).toEqual({ removed: [] })
})

it('stops at the size that was said, however much there is', async () => {
  let given = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; given < 1_000; given += 1) yield await Promise.resolve(BYTES)
  }
  await expect(store.take(IMAGE, async () => endless())).rejects.toMatchObject({
    code: 'ARTIFACT_BROKEN',
    message: expect.stringContaining('larger than its host said') as string,
  })
  expect(given).toBeLessThan(5)
  expect(await readdir(folder)).toEqual([])
})

it('asks for nothing that the disk has no room for', async () => {
  await expect(store.take({ ...IMAGE, sizeBytes: 2 ** 52 }, open)).rejects.toMatchObject({ code: 'NO_SPACE' })
  expect(opened).toBe(0)
})
