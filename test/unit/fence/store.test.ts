import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFence } from '../../../src/fence/store.js'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cul8er-fence-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

it('remembers the highest number of each topology, for whoever opens the folder next', async () => {
  const fence = createFence(join(folder, 'operations'))
  expect(await fence.lastBegun('shop')).toBe(0)
  for (const number of [3, 7, 5]) await fence.begins('shop', number)
  await fence.begins('other', 1)
  const again = createFence(join(folder, 'operations'))
  expect([await again.lastBegun('shop'), await again.lastBegun('other')]).toEqual([7, 1])
  expect((await readdir(join(folder, 'operations'))).sort()).toEqual(['other', 'shop'])
  expect((await stat(join(folder, 'operations', 'shop'))).mode & 0o777).toBe(0o600)
})

it('a name is never a path', async () => {
  const fence = createFence(join(folder, 'operations'))
  await fence.begins('../outside', 2)
  expect(await fence.lastBegun('../outside')).toBe(2)
  expect(await readdir(folder)).toEqual(['operations'])
})

it('remembers the last expiry of each topology, and that there is none', async () => {
  const fence = createFence(join(folder, 'operations'))
  expect(await fence.expiry('shop')).toBeUndefined()
  const at = '2026-03-01T12:00:00.000Z'
  await fence.expires('shop', at)
  await fence.begins('shop', 3)
  expect([await fence.expiry('shop'), await fence.lastBegun('shop')]).toEqual([at, 3])
  await fence.expires('shop', null)
  expect(await createFence(join(folder, 'operations')).expiry('shop')).toBeNull()
  expect((await stat(join(folder, 'operations', 'shop.ttl'))).mode & 0o777).toBe(0o600)
  await writeFile(join(folder, 'operations', 'shop.ttl'), 'tomorrow')
  expect(await fence.expiry('shop')).toBeUndefined()
})
