import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

interface Wanted {
  version: string
  folder: string
  digests: Record<string, Record<string, string>>
  platform: string
  releases: string
}

const setup = fileURLToPath(new URL('../../../scripts/setup', import.meta.url))
const { downloadTemporal } = (await import(join(setup, 'download-temporal.mjs'))) as {
  downloadTemporal: (wanted: Wanted) => Promise<string>
}

let folder: string
let archive: Buffer
let server: Server
let asked: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cul8er-download-'))
  writeFileSync(join(folder, 'temporal'), 'the binary')
  execFileSync('tar', ['-C', folder, '-czf', join(folder, 'made.tar.gz'), 'temporal'])
  archive = readFileSync(join(folder, 'made.tar.gz'))
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/v1.2.3/temporal_cli_1.2.3_linux_amd64.tar.gz') response.end(archive)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

test('an archive with the known digest is unpacked', async () => {
  const file = await download({ '1.2.3': { linux_amd64: digestOf(archive) } })
  expect(readFileSync(file, 'utf8')).toBe('the binary')
})

test('an archive with another digest is refused, and nothing of it is left', async () => {
  const expected = digestOf(Buffer.from('what was released'))
  await expect(download({ '1.2.3': { linux_amd64: expected } })).rejects.toThrow(
    `refused: Temporal CLI 1.2.3 on linux_amd64 has sha256 ${digestOf(archive)}, expected ${expected}`,
  )
  expect(existsSync(join(folder, 'temporal'))).toBe(false)
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['version', { '1.2.2': { linux_amd64: 'a'.repeat(64) } }],
  ['platform', { '1.2.3': { linux_arm64: 'a'.repeat(64) } }],
])('nothing is asked for where no digest of this %s is known', async (_what, digests) => {
  await expect(download(digests)).rejects.toThrow('no known digest of Temporal CLI 1.2.3 on linux_amd64')
  expect(asked).toEqual([])
})

test('a release that is missing is named with its host', async () => {
  const missing = { '9.9.9': { linux_amd64: 'a'.repeat(64) } }
  await expect(download(missing, '9.9.9')).rejects.toThrow('127.0.0.1 is unreachable: HTTP 404')
})

test('the table has a digest of the version that is pinned', () => {
  const table = JSON.parse(readFileSync(join(setup, 'temporal-digests.json'), 'utf8')) as Wanted['digests']
  const pinned = /temporalio\/cli v([\d.]+)/.exec(readFileSync(join(setup, '../../tools/temporal/go.mod'), 'utf8'))?.[1]
  expect(Object.keys(table)).toEqual([pinned])
  for (const digest of Object.values(table[pinned ?? ''] ?? {})) expect(digest).toMatch(/^[0-9a-f]{64}$/)
})

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function download(digests: Wanted['digests'], version = '1.2.3'): Promise<string> {
  const { port } = server.address() as AddressInfo
  return downloadTemporal({ version, folder, digests, platform: 'linux_amd64', releases: `http://127.0.0.1:${port}` })
}
