import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inFile, inJson, lastLines } from '../../../src/evidence/last-lines.js'
import { createEvidenceStore, type EvidenceStore } from '../../../src/evidence/store.js'

let folder = ''
let store: EvidenceStore
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'cul8er-evidence-')), 'evidence')
  store = createEvidenceStore(folder)
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const of = (instance: string, operation = 1, topology = 'shop') => ({ topology, operation, instance })

test('gives back what was kept, by instance', async () => {
  await store.put(of('shop-web-2'), ['two'])
  await store.put(of('shop-web-1'), ['one', '', 'ä last'])
  await store.put(of('shop-web-1', 2), ['of another operation'])
  expect(await store.read('shop', 1)).toEqual([
    { instance: 'shop-web-1', lines: ['one', '', 'ä last'] },
    { instance: 'shop-web-2', lines: ['two'] },
  ])
  expect(await store.read('shop', 7)).toEqual([])
})

test('is for its owner alone', async () => {
  await store.put(of('shop-web'), ['one'])
  const modes = await Promise.all(
    ['', 'shop', 'shop/op-1', 'shop/op-1/shop-web.log'].map(
      async (path) => (await stat(join(folder, path))).mode & 0o777,
    ),
  )
  expect(modes).toEqual([0o700, 0o700, 0o700, 0o600])
  expect(await readdir(join(folder, 'shop', 'op-1'))).toEqual(['shop-web.log'])
})

test('keeps the last 200 lines, and 64 KiB of them', async () => {
  const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`)
  await store.put(of('many'), lines)
  await store.put(
    of('long'),
    Array.from({ length: 100 }, (_, i) => `${i} ${'x'.repeat(1_000)}`),
  )
  const [long, many] = await store.read('shop', 1)
  expect(many?.lines).toEqual(lines.slice(-200))
  expect(long?.lines.at(-1)).toMatch(/^99 /)
  expect(long?.lines).toHaveLength(65)
})

test('a second try that finds the instance gone takes nothing away', async () => {
  await store.put(of('shop-web'), ['one'])
  await store.put(of('shop-web'), [])
  expect(await store.read('shop', 1)).toEqual([{ instance: 'shop-web', lines: ['one'] }])
})

test.each(['..', '../x', 'a/b', '.hidden', ''])('%j is no name', async (name) => {
  await expect(store.put(of(name), ['x'])).rejects.toThrow('is not the name')
  await expect(store.read(name, 1)).rejects.toThrow('is not the name')
})

test('an operation that is no number leads nowhere else', async () => {
  await writeFile(join(folder, '..', 'other.log'), 'secret\n')
  const elsewhere = '1/../../..' as unknown as number
  await expect(store.read('shop', elsewhere)).rejects.toThrow('is not the name')
  await expect(store.put(of('x', elsewhere), ['x'])).rejects.toThrow('is not the name')
})

test('removes what is older, with folders that are empty then', async () => {
  await store.put(of('a', 1, 'old'), ['x'])
  await store.put(of('a', 1), ['x'])
  await store.put(of('a', 2), ['x'])
  const then = new Date(Date.now() - 10_000)
  for (const place of ['old/op-1', 'shop/op-1']) await utimes(join(folder, place), then, then)
  expect((await store.prune(5_000)).removed.sort()).toEqual(['old/op-1', 'shop/op-1'])
  expect(await readdir(folder)).toEqual(['shop'])
  expect(await readdir(join(folder, 'shop'))).toEqual(['op-2'])
})

test('without a folder there is nothing to read and nothing to remove', async () => {
  expect(await store.read('shop', 1)).toEqual([])
  expect(await store.prune(0)).toEqual({ removed: [] })
})

test.each([
  [{ bytes: 100, sizeOf: inFile }, ['a', 'b', 'c'], 0],
  [{ bytes: 100, sizeOf: inFile, most: 2 }, ['b', 'c'], 1],
  [{ bytes: 4, sizeOf: inFile }, ['b', 'c'], 1],
  [{ bytes: 4, sizeOf: inJson }, ['c'], 2],
  [{ bytes: 1, sizeOf: inFile }, [], 3],
])('the last lines for %j', (limits, lines, cut) => {
  expect(lastLines(['a', 'b', 'c'], limits)).toEqual({ lines, cut })
})
