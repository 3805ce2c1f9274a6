import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readMetric } from '../../../activities/metric.js'

const answers: Record<string, (answer: ServerResponse) => unknown> = {
  '/number': (answer) => answer.end('{"data":{"value":1.5}}'),
  '/flat': (answer) => answer.end('7'),
  '/text': (answer) => answer.end('{"data":{"value":"1.5"}}'),
  '/none': (answer) => answer.end('{"data":null}'),
  '/broken': (answer) => answer.end('{"data":'),
  '/empty': (answer) => answer.end(),
  '/huge': (answer) => answer.end('{"data":{"value":1e999}}'),
  '/error': (answer) => answer.writeHead(500).end('{"data":{"value":1}}'),
  '/cut': (answer) => (answer.write('{"data"'), answer.destroy()),
  '/big': (answer) => answer.end(`{"data":{"value":1},"rest":"${'x'.repeat(1024 * 1024)}"}`),
  '/endless': (answer) => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const timer = setInterval(() => answer.write(chunk), 1)
    answer.once('close', () => clearInterval(timer))
  },
}
const server = createServer((request, answer) => answers[request.url ?? '']?.(answer))
let base = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const signal = new AbortController().signal

it.each([
  ['/number', 1.5],
  ['/text', null],
  ['/flat', null],
  ['/none', null],
  ['/broken', null],
  ['/empty', null],
  ['/huge', null],
  ['/error', null],
  ['/cut', null],
  ['/big', null],
  ['/endless', null],
])('reads %s as %s', async (path, expected) => {
  expect(await readMetric({ url: `${base}${path}`, path: 'data.value', max: 1 }, signal)).toBe(expected)
})

it('reads nothing where nobody answers, or nothing is asked', async () => {
  expect(await readMetric({ url: 'http://127.0.0.1:1/', path: 'a', max: 1 }, signal)).toBeNull()
  expect(await readMetric(null, signal)).toBeNull()
})
