import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { listensOn } from '../../../src/service/listening.js'
import { choosePorts, isFree, wantedPorts } from '../../../src/service/ports.js'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

async function taken(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

test('the environment says which, and the next free one is taken', async () => {
  const port = await taken()
  const last = { port: 1, uiHost: '127.0.0.1', uiPort: 1 }
  const chosen = await choosePorts(last, { CUL8ER_SERVICE_PORT: String(port), CUL8ER_UI_PORT: String(port) })
  expect(chosen.port).toBeGreaterThan(port)
  expect(chosen.uiPort).toBeGreaterThan(chosen.port)
})

test('the address of the Web UI is drawn once', async () => {
  const [one, other] = [await choosePorts(null, {}), await choosePorts(null, {})]
  if (process.platform === 'linux') expect(one.uiHost).not.toBe(other.uiHost)
  expect((await choosePorts(one, {})).uiHost).toBe(one.uiHost)
})

test('ports of the last time come before the defaults', async () => {
  const port = await taken()
  servers.pop()?.close()
  await expect.poll(() => isFree(port)).toBe(true)
  const last = { port, uiHost: '127.0.0.1', uiPort: port + 1 }
  expect(await choosePorts(last, {})).toMatchObject({ port, uiHost: '127.0.0.1' })
})

test.each(['http', '0', '70000', '1.5'])('%s is no port', async (text) => {
  await expect(choosePorts(null, { CUL8ER_SERVICE_PORT: text })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('CUL8ER_SERVICE_PORT') as string,
  })
})

test('who listens on a port is known', async () => {
  const port = await taken()
  expect(listensOn(process.pid, port)).toBe(true)
  if (process.platform === 'linux') expect(listensOn(process.ppid, port)).toBe(false)
})

test.each(['abc', '0', '70000'])('a port that is none, %s, is refused before the service starts', (port) => {
  expect(() => wantedPorts({ CUL8ER_UI_PORT: port })).toThrow(/CUL8ER_UI_PORT/)
})
