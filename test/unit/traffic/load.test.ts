import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { startLoad, type LoadOptions } from '../../support/load/load.js'
import type { LoadReport } from '../../support/load/report.js'

/** The judge of zero drop must see every kind of failure itself. */
describe('startLoad', () => {
  let server: Server
  afterEach(() => server.closeAllConnections())

  async function run(listener: RequestListener, options: Partial<LoadOptions> = {}): Promise<LoadReport> {
    server = createServer(listener).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const mix = [{ name: 'post', method: 'POST' as const, path: '/', share: 1, body: 'order' }]
    const load = startLoad({ url, rate: 200, mix, ...options })
    await sleep(200)
    const report = await load.stop()
    server.close()
    return report
  }

  it('counts good answers by kind and server', async () => {
    const report = await run((_request, answer) => answer.setHeader('x-server', 'one').end('hello'), {
      mix: [
        { name: 'get', method: 'GET', path: '/', share: 3 },
        { name: 'other', method: 'GET', path: '/other', share: 1 },
      ],
    })
    expect(report).toMatchObject({ failed: 0, ok: report.sent, byServer: { one: report.sent } })
    expect(report.sent).toBeGreaterThan(25)
    expect(Math.abs((report.byKind['get'] ?? 0) - 3 * (report.byKind['other'] ?? 0))).toBeLessThan(4)
  })

  it.each<[string, RequestListener, Partial<LoadOptions>, keyof LoadReport['failures']]>([
    ['another status', (_request, answer) => answer.writeHead(503).end(), {}, 'status'],
    ['a body that is not given back', (_request, answer) => answer.end('something else'), {}, 'mismatch'],
    ['a closed connection', (request) => request.socket.destroy(), {}, 'reset'],
    [
      'half an answer',
      (request, answer) =>
        answer
          .writeHead(200, { 'content-length': 100 })
          .write('x', () => setTimeout(() => request.socket.destroy(), 5)),
      {},
      'truncated',
    ],
    ['silence', () => {}, { timeoutMs: 100 }, 'timeout'],
  ])('counts %s as a failure, each once', async (_what, listener, options, kind) => {
    const report = await run(listener, options)
    expect(report.failures[kind]).toBe(report.sent)
    expect(report).toMatchObject({ ok: 0, failed: report.sent })
    expect(report.first[0]).toMatchObject({ kind, request: 'POST /' })
  })

  it('counts a closed port, and does not slow down for it', async () => {
    const report = await run(() => {}, { url: 'http://127.0.0.1:9' })
    expect(report.failures.refused).toBe(report.sent)
    expect(report.sent).toBeGreaterThan(25)
  })

  it('sends on while answers are late', async () => {
    const report = await run((_request, answer) => setTimeout(() => answer.end('late'), 400), {
      mix: [{ name: 'get', method: 'GET', path: '/', share: 1 }],
    })
    expect(report.sent).toBeGreaterThan(25)
    expect(report.failed).toBe(0)
  })
})
