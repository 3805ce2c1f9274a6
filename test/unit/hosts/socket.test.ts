import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readOverSocket, socketOf } from '../../../src/hosts/socket.js'

const ANSWERS: Record<string, RequestListener> = {
  '/1.0': (_, response) => response.end('{"type":"sync","status_code":200,"metadata":{"api":"1.0"}}'),
  '/1.0/gone': (_, response) => response.writeHead(404).end('{"type":"error","error":"Instance not found"}'),
  '/1.0/log': (_, response) => response.end('a line, and no JSON'),
  '/1.0/text': (_, response) => response.end('{"type":"sync","metadata":"a string"}'),
  '/1.0/cut': (_, response) => response.writeHead(200, { 'content-length': 50 }).write('{', () => response.destroy()),
  '/1.0/flood': (_, response) => response.end('x'.repeat(100_000)),
  '/1.0/silent': () => {},
}

let folder: string
let server: Server
let socket: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-socket-'))
  socket = join(folder, 'unix.socket')
  server = createServer((request, response) => ANSWERS[request.url ?? '']?.(request, response))
  await new Promise<void>((resolve) => server.listen(socket, resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const read = (path: string, more: { signal?: AbortSignal; timeoutMs?: number } = {}) =>
  readOverSocket({ socketPath: socket }, path, { verb: 'query', timeoutMs: 5_000, maxOutputBytes: 10_000, ...more })

it('gives what the client prints, and its errors', async () => {
  expect(await read('/1.0')).toEqual({ stdout: '{"api":"1.0"}', stderr: '', exitCode: 0 })
  expect(await read('/1.0/gone')).toEqual({ stdout: '', stderr: 'Error: Instance not found', exitCode: 1 })
})

it.each(['/1.0/log', '/1.0/text', '/1.0/cut'])('leaves %s to the client', async (path) => {
  expect(await read(path)).toBeNull()
})

it('leaves to the client to say why nobody answers', async () => {
  expect(
    await readOverSocket({ socketPath: join(folder, 'none') }, '/1.0', {
      verb: 'query',
      timeoutMs: 5_000,
      maxOutputBytes: 10,
    }),
  ).toBeNull()
})

it('is bounded in time and size, and can be cancelled', async () => {
  await expect(read('/1.0/silent', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  await expect(read('/1.0/flood')).rejects.toMatchObject({ code: 'OUTPUT_LIMIT' })
  const reason = new Error('enough')
  await expect(read('/1.0/silent', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const later = new AbortController()
  setTimeout(() => later.abort(reason), 50)
  await expect(read('/1.0/silent', { signal: later.signal })).rejects.toBe(reason)
})

it('finds the socket where the client does', () => {
  expect(socketOf({})).toBe('/var/lib/incus/unix.socket')
  expect(socketOf({ INCUS_DIR: '/srv/incus' })).toBe('/srv/incus/unix.socket')
  expect(socketOf({ INCUS_DIR: '/srv/incus', INCUS_SOCKET: '/run/x' })).toBe('/run/x')
})
