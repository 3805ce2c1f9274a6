import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalExecutor } from '../../../src/hosts/local.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'

// A client that does what its first word says, so that each way to end can be seen.
const CLIENT = `#!/bin/sh
case "$1" in
  echo) shift; echo "$@" ;;
  cat) cat ;;
  env) env ;;
  sleep) trap 'echo asked >&2; exit 143' TERM; sleep 30 & wait ;;
  stubborn) trap '' TERM; sleep 30 & wait; sleep 30 ;;
  flood) yes 0123456789 ;;
  exec) exit 3 ;;
  *) echo "Error: Image not found" >&2; exit 1 ;;
esac
`

let folder: string
let host: HostExecutor

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-local-'))
  await writeFile(join(folder, 'incus'), CLIENT)
  await chmod(join(folder, 'incus'), 0o755)
  host = createLocalExecutor({ host: 'here', client: join(folder, 'incus') })
})
afterAll(() => rm(folder, { recursive: true }))

test('words are handed over as they are, never through a shell', async () => {
  const { stdout } = await host.run({ args: ['echo', '$(id)', '; x', '*'] })
  expect(stdout).toBe('$(id) ; x *\n')
})

test('standard input: bytes, a file, none', async () => {
  await writeFile(join(folder, 'big'), Buffer.alloc(3_000_000, 'a'))
  expect((await host.run({ args: ['cat'], stdin: Buffer.from('bytes') })).stdout).toBe('bytes')
  expect((await host.run({ args: ['cat'], stdin: { file: join(folder, 'big') } })).stdout).toHaveLength(3_000_000)
  expect((await host.run({ args: ['cat'] })).stdout).toBe('')
  await expect(host.run({ args: ['cat'], stdin: { file: join(folder, 'none') } })).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  })
})

test('the environment holds no more than the client needs', async () => {
  process.env.A_SECRET = 'clear'
  const { stdout } = await host.run({ args: ['env'] })
  delete process.env.A_SECRET
  expect(stdout).toContain('LC_ALL=C\n')
  // Whatever remote and project the user has switched to.
  expect(stdout).toContain('INCUS_REMOTE=local\n')
  expect(stdout).toContain('INCUS_PROJECT=default\n')
  expect(stdout).not.toContain('clear')
})

test('an error of Incus is one of ours; an exit code inside an instance is an answer to tryRun', async () => {
  await expect(host.run({ args: ['image'] })).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'Image not found' })
  await expect(host.tryRun({ args: ['image'] })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await host.tryRun({ args: ['exec'] })).toMatchObject({ exitCode: 3 })
  await expect(host.run({ args: ['exec'] })).rejects.toMatchObject({ code: 'INCUS' })
})

test('cancelling rejects with the reason that the signal carries, and ends the client', async () => {
  const reason = new Error('the operation was aborted')
  const controller = new AbortController()
  const running = host.run({ args: ['sleep'] }, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 50)
  await expect(running).rejects.toBe(reason)
  await expect(host.run({ args: ['echo'] }, { signal: controller.signal })).rejects.toBe(reason)
})

test('a time limit ends even a client that does not listen', async () => {
  const startedAt = Date.now()
  await expect(host.run({ args: ['stubborn'] }, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  expect(Date.now() - startedAt).toBeLessThan(5_000)
})

test('an output limit ends a client that floods', async () => {
  await expect(host.run({ args: ['flood'] }, { maxOutputBytes: 100_000 })).rejects.toMatchObject({
    code: 'OUTPUT_LIMIT',
  })
})

test('output can be had as it comes, and is not kept then', async () => {
  const pieces: string[] = []
  const { stdout } = await host.run(
    { args: ['echo', 'a', 'b'] },
    { onStdout: (chunk) => pieces.push(Buffer.from(chunk).toString()) },
  )
  expect([pieces.join(''), stdout]).toEqual(['a b\n', ''])
})

test('a client that is not installed is UNREACHABLE', async () => {
  const none = createLocalExecutor({ host: 'here', client: join(folder, 'none') })
  await expect(none.run({ args: ['list'] })).rejects.toMatchObject({ code: 'UNREACHABLE' })
})

test('connect: open, refused, cancelled', async () => {
  const server = createServer((socket) => socket.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const socket = await host.connect('127.0.0.1', port)
  const said: string[] = []
  for await (const chunk of socket) said.push(String(chunk))
  expect(said.join('')).toBe('hello')
  await new Promise((resolve) => server.close(resolve))
  await expect(host.connect('127.0.0.1', port)).rejects.toMatchObject({
    code: 'UNREACHABLE',
    details: { errno: 'ECONNREFUSED' },
  })
  const reason = new Error('enough')
  await expect(host.connect('127.0.0.1', port, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})
