import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foreign, readOwn, refuseForeignHome } from '../../../src/service/own.js'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cul8er-own-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  [1000, 0o40700, 1000, null],
  [1000, 0o40755, 1000, null],
  [1000, 0o100600, undefined, null],
  [1001, 0o40700, 1000, 'belongs to user 1001, and this is user 1000'],
  [1001, 0o40700, 0, 'belongs to user 1001, and this is user 0'],
  [1000, 0o40770, 1000, 'can be written by others (mode 770)'],
  [0, 0o41777, 0, 'can be written by others (mode 777)'],
])('of user %i with mode %o for user %s', (uid, mode, user, problem) => {
  expect(foreign({ uid, mode }, user)).toBe(problem)
})

test('a home that others can write is refused with what to do; one that is not there is not', () => {
  const home = join(folder, 'home')
  refuseForeignHome(home)
  mkdirSync(home)
  refuseForeignHome(home)
  chmodSync(home, 0o777)
  expect(() => refuseForeignHome(home)).toThrow(
    expect.objectContaining({
      code: 'PERMISSION',
      message: `the home ${home} can be written by others (mode 777)`,
      hint: expect.stringContaining(`chmod 700 ${home}`) as string,
    }) as Error,
  )
})

test.each<[string, (file: string) => void, RegExp]>([
  ['a link', (file) => symlinkSync('/etc/hostname', file), /is a link/],
  ['a folder', (file) => mkdirSync(file), /is not a regular file/],
  ['a FIFO', (file) => void execFileSync('mkfifo', ['-m', '600', file]), /is not a regular file/],
  ['what others can write', (file) => (writeFileSync(file, 'x'), chmodSync(file, 0o666)), /can be written by others/],
])('%s is no file of ours', (_, make, said) => {
  const file = join(folder, 'service.json')
  make(file)
  expect(() => readOwn(file)).toThrow(said)
})

test('a file of ours is read, and none is none', () => {
  writeFileSync(join(folder, 'a'), 'text', { mode: 0o600 })
  expect(readOwn(join(folder, 'a'))).toBe('text')
  expect(readOwn(join(folder, 'b'))).toBeNull()
})
