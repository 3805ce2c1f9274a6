import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writePrivate } from '../../../src/files/write-private.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-private-'))
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['a folder', '.', '(EISDIR)', 'it is a folder: give the path of a file in it'],
  [
    'a file in a folder that is not there',
    'no/such/file',
    '(ENOENT)',
    'its folder does not exist: make it first, or give another path',
  ],
  ['a file below a file', '../../proc/self/status/x', '(ENOTDIR)', 'give the path of a file that you may write'],
])('refuses by name: %s', async (_what, path, says, hint) => {
  const refused = writePrivate(path.startsWith('..') ? '/proc/self/status/x' : join(folder, path), '')
  await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining(says) as string, hint })
})

it.each<[string, number | null]>([
  ['a file that is not there', null],
  ['one that others may read', 0o644],
  ['one that others may write', 0o666],
])('writes for its owner alone: %s', async (name, before) => {
  const file = join(folder, name)
  if (before !== null) await writeFile(file, 'a longer text than the next', { mode: before })
  await writePrivate(file, 'the next')
  expect([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777]).toEqual(['the next', 0o600])
})
