import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Connection } from '@temporalio/client'
import type { ServiceRecord } from '../../src/service/record.js'
import { Home } from '../e2e/service/home.js'
import { canBrowse, shown } from './browser.js'
import { listeners } from './listeners.js'

/*
 * A page from somewhere, in the operator's browser. Its host name leads wherever the page's owner wants, also to this
 * machine (DNS rebinding), and it may send a POST of plain text to any port without asking first.
 */
describe.skipIf(!canBrowse)('a web page in a real browser (needs headless Chromium and /proc)', () => {
  const home = new Home()
  let record: ServiceRecord

  beforeAll(async () => {
    expect((await home.cul8er(['service', 'start'])).exit).toBe(0)
    record = home.record()!
  })
  afterAll(() => home.remove())

  it('sees the Web UI where its name leads to the very address, which is drawn', async () => {
    expect(record.uiHost).toMatch(/^127\.(?!0\.0\.1$)/)
    expect(await shown(`http://evil.example:${record.uiPort}/api/v1/namespaces/default`, record.uiHost)).toContain(
      'namespaceInfo',
    )
  })

  it('does not see it at 127.0.0.1', async () => {
    await expect(
      shown(`http://evil.example:${record.uiPort}/api/v1/namespaces/default`, '127.0.0.1'),
    ).rejects.toMatchObject({ stderr: expect.stringContaining('ERR_CONNECTION_REFUSED') as string })
  })

  it('starts no workflow by a POST to anything that the service listens on', async () => {
    const ports = listeners(record.temporal!.pid).flatMap(({ host, port }) => (host === '127.0.0.1' ? [port] : []))
    expect(ports).toContain(record.port)
    const page = await attacker(ports)
    try {
      const { port } = page.address() as AddressInfo
      expect(await shown(`http://evil.example:${port}/`, '127.0.0.1')).toContain(`${ports.length} sent`)
    } finally {
      page.close()
    }
    const connection = await Connection.connect({ address: `127.0.0.1:${record.port}` })
    const planted = connection.workflowService.describeWorkflowExecution({
      namespace: 'default',
      execution: { workflowId: 'planted' },
    })
    await expect(planted).rejects.toThrow(/not found/)
    await connection.close()
  })
})

/** A page that tries what needs no permission at each of the ports, and then says so. */
async function attacker(ports: number[]): Promise<Server> {
  const body = JSON.stringify({ workflowType: { name: 'destroy' }, taskQueue: { name: 'planted' } })
  const script = `
    const tries = ${JSON.stringify(ports)}.map((port) =>
      fetch('http://127.0.0.1:' + port + '/api/v1/namespaces/default/workflows/planted',
        { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: ${JSON.stringify(body)} }))
    Promise.allSettled(tries).then((all) => { document.body.textContent = all.length + ' sent' })`
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html').end(`<body><script>${script}</script></body>`)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}
