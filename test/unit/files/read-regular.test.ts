import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { besideTopology } from '../../../src/files/paths.js'
import { readRegular } from '../../../src/files/read-regular.js'

const folder = mkdtempSync(join(tmpdir(), 'cul8er-files-'))
const at = (name: string): string => join(folder, name)
writeFileSync(at('file'), '12345678')
symlinkSync('file', at('link'))
mkdirSync(at('folder'))
execFileSync('mkfifo', [at('fifo')])
afterAll(() => rmSync(folder, { recursive: true }))

it.each(['file', 'link'])('reads a %s', async (name) => {
  expect((await readRegular(at(name), 8)).toString()).toBe('12345678')
})

it.each([
  ['missing', at('missing'), 'cannot be read (ENOENT)'],
  ['a folder', at('folder'), 'cannot be read (EISDIR)'],
  ['a FIFO', at('fifo'), 'is not a regular file'],
  ['a device', '/dev/zero', 'is not a regular file'],
])('refuses what is %s', async (_what, path, message) => {
  await expect(readRegular(path, 8)).rejects.toThrow(message)
})

it('refuses what is too long', async () => {
  await expect(readRegular(at('file'), 7)).rejects.toThrow('is larger than 7 bytes')
})

it.each([
  ['certs/a.pem', '/deploy/certs/a.pem'],
  ['../a.pem', '/a.pem'],
  ['/etc/a.pem', '/etc/a.pem'],
  ['~/a.pem', join(homedir(), 'a.pem')],
  ['~', homedir()],
  ['~other/a.pem', '/deploy/~other/a.pem'],
])('%s of a file in /deploy is %s', (path, expected) => {
  expect(besideTopology('/deploy', path)).toBe(expected)
})
