import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emulatorControl } from '../../../src/emulator/client.js'
import { privateFolder, socketPath } from '../../../src/emulator/wire.js'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cul8er-socket-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const modeOf = (path: string): number => statSync(path).mode & 0o777

test('a short path keeps the socket in the folder', () => {
  expect(socketPath(folder)).toBe(join(folder, 'emulator.sock'))
})

test('a long one keeps it in a folder of this user alone, and it is served there', { timeout: 60_000 }, async () => {
  const long = join(folder, 'x'.repeat(120))
  mkdirSync(long, { mode: 0o700 })
  const path = socketPath(long)
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100)
  expect(modeOf(dirname(path))).toBe(0o700)
  const control = emulatorControl(long)
  expect(await control.state()).toEqual({})
  expect(modeOf(path)).toBe(0o600)
  await control.stop()
})

test.each<[string, (path: string) => void]>([
  ['a folder that others can enter', (path) => (mkdirSync(path), chmodSync(path, 0o755))],
  ['a link to a folder of ours', (path) => (mkdirSync(`${path}.to`, { mode: 0o700 }), symlinkSync(`${path}.to`, path))],
  ['a file', (path) => writeFileSync(path, '')],
])('%s is no place for it', (_, make) => {
  const path = join(folder, 'place')
  make(path)
  expect(() => privateFolder(path)).toThrow(/is not a private folder of this user/)
})
