import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'

const script = fileURLToPath(new URL('../../../scripts/demo', import.meta.url))

let state: string

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'cul8er-demo-'))
})
afterAll(() => rm(state, { recursive: true, force: true }))

test('the demo shows everything on Incus and leaves nothing behind', { timeout: 300_000 }, async () => {
  const { all, exitCode } = await demo([])
  expect(all).toMatch(/^cul8er demo: a PostgreSQL and three instances of a web app, on Incus$/m)
  expect(all).toMatch(/The shop 1\.0\.0 on shop-web-\d: visit 1$/m)
  expect(all).toMatch(/^[1-9]\d* requests during the update, none failed$/m)
  expect(all).toMatch(/Welcome back to the shop 1\.1\.0 on shop-web-\d: visit \d+$/m)
  expect(all).toMatch(/limits\.memory is "64MiB", should be "256MiB"/)
  expect(all).toMatch(/shop-web-3 .*missing/)
  expect(all).toMatch(/rollback +1 +. succeeded/)
  expect(all).toMatch(/Web UI with these workflows: http:\/\/127(\.\d+){3}:\d+/)
  expect(exitCode).toBe(0)
  const { stdout } = await execa('incus', ['list', '--format', 'csv', '--columns', 'n'], { stdin: 'ignore' })
  expect(stdout.split('\n').filter((name) => name.startsWith('shop-'))).toEqual([])
  expect(existsSync(join(state, 'cul8er-demo'))).toBe(false)
})

test('without Incus it runs on the emulator and says so in its first line', { timeout: 120_000 }, async () => {
  const { all, exitCode } = await demo(['--emulated'])
  expect(all.split('\n')[0]).toMatch(/^cul8er demo, on the emulator as asked/)
  expect(all).toContain('"version":"1.1.0"')
  expect(exitCode).toBe(0)
  expect(existsSync(join(state, 'cul8er-demo'))).toBe(false)
})

test('an unknown option is refused', async () => {
  const { all, exitCode } = await demo(['--fast'])
  expect(all).toContain('unknown option --fast; there are --keep and --emulated')
  expect(exitCode).toBe(64)
})

async function demo(options: string[]): Promise<{ all: string; exitCode: number | undefined }> {
  const { all, exitCode } = await execa('bash', [script, ...options], {
    all: true,
    reject: false,
    stdin: 'ignore',
    env: { XDG_STATE_HOME: state, SHOP_PORT: String(await freePort()) },
  })
  return { all, exitCode }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
