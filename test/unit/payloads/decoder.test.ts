import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDecoder, decoderToken } from '../../../src/payloads/decoder.js'
import { EncryptingCodec } from '../../../src/payloads/encryption.js'

const key = Buffer.alloc(32, 'k')
const UI = 'http://127.1.2.3:8233'
const token = decoderToken(key)
const server = createDecoder({ key, origins: [UI], most: 1000 })
let port = 0

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

async function ask(
  path: string,
  {
    method = 'POST',
    body = '',
    headers = {},
  }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status?: number; headers: Record<string, unknown>; body: string }> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: (await answer.setEncoding('utf8').toArray()).join(''),
  }
}

const asJson = ({ metadata, data }: { metadata?: object | null; data?: Uint8Array | null }): object => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value as Uint8Array).toString('base64')]),
  ),
  data: Buffer.from(data ?? []).toString('base64'),
})

it('opens what is encrypted and leaves the rest, by the token in the path or a bearer token', async () => {
  const clear = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"a"') }
  const [box] = await new EncryptingCodec({ key, encrypt: true }).encode([clear])
  const body = JSON.stringify({ payloads: [asJson(box!), asJson(clear)] })
  const expected = { payloads: [asJson(clear), asJson(clear)] }
  const byPath = await ask(`/${token}/decode`, { body, headers: { origin: UI } })
  expect(JSON.parse(byPath.body)).toEqual(expected)
  expect(byPath.headers).toMatchObject({ 'access-control-allow-origin': UI, 'cache-control': 'no-store' })
  const byHeader = await ask('/decode', { body, headers: { authorization: `Bearer ${token}` } })
  expect(JSON.parse(byHeader.body)).toEqual(expected)
})

it.each<[string, number, string, Parameters<typeof ask>[1]]>([
  ['no token', 401, '/decode', {}],
  ['another token', 401, `/${'x'.repeat(token.length)}/decode`, {}],
  ['a part of the token', 401, `/${token.slice(1)}/decode`, {}],
  ['another bearer token', 401, '/decode', { headers: { authorization: 'Bearer x' } }],
  ['a page from elsewhere', 403, `/${token}/decode`, { headers: { origin: 'http://evil.example' } }],
  ['a page without an origin of its own', 403, `/${token}/decode`, { headers: { origin: 'null' } }],
  ['encoding', 404, `/${token}/encode`, {}],
  ['a look', 405, `/${token}/decode`, { method: 'GET' }],
  ['no JSON', 400, `/${token}/decode`, { body: '{' }],
  ['no payloads', 400, `/${token}/decode`, { body: '{"payloads":1}' }],
  ['payloads that are none', 400, `/${token}/decode`, { body: '{"payloads":[null]}' }],
  ['metadata that is none', 400, `/${token}/decode`, { body: '{"payloads":[{"metadata":{"encoding":1}}]}' }],
  ['data that is none', 400, `/${token}/decode`, { body: '{"payloads":[{"data":{"length":200000000}}]}' }],
  ['too much', 413, `/${token}/decode`, { body: ' '.repeat(1001) }],
])('refuses %s with %i', async (_, status, path, options) => {
  expect(await ask(path, options)).toMatchObject({ status, body: '' })
})

it.each([
  [UI, 204, UI],
  ['http://evil.example', 403, undefined],
])('tells a page at %s whether it may ask', async (origin, status, allowed) => {
  const answer = await ask(`/${token}/decode`, { method: 'OPTIONS', headers: { origin } })
  expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([status, allowed])
})
