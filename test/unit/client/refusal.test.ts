import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { refusal } from '../../../src/client/refusal.js'

async function server() {
  const listening = createServer().listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => void listening.close())
  return { listening, port: (listening.address() as AddressInfo).port }
}

it('a port where somebody listens refuses nobody', async () => {
  expect(await refusal(`127.0.0.1:${(await server()).port}`, {})).toBeNull()
})

it('a port where nobody listens says so, but not where a proxy connects', async () => {
  const { listening, port } = await server()
  listening.close()
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    expect(await refusal(`${host}:${port}`, {})).toMatchObject({ code: 'UNREACHABLE' })
  }
  expect(await refusal(`127.0.0.1:${port}`, { https_proxy: 'http://proxy.example.com' })).toBeNull()
})

it('one that comes up in a moment is waited for', async () => {
  const { listening, port } = await server()
  listening.close()
  const asked = refusal(`127.0.0.1:${port}`, {})
  const late = createServer()
  onTestFinished(() => void late.close())
  setTimeout(() => late.listen(port, '127.0.0.1'), 300)
  expect(await asked).toBeNull()
})

it.each(['no.such.host.invalid:7233', 'dns:///127.0.0.1:1', 'x y'])('%j is left to gRPC', async (address) => {
  expect(await refusal(address, {})).toBeNull()
})
