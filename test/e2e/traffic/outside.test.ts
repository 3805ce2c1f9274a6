import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteInstance, execIn } from '../../../src/incus/index.js'
import { lookAt } from '../../../src/instances/look.js'
import { haproxyEdge } from '../../../src/traffic/haproxy/edge.js'
import type { Server, TopologyRoutes } from '../../../src/traffic/model.js'
import { Outside } from '../../support/load/outside.js'
import { Apps, executor, pool, routes } from './apps.js'

const PORT = 8310
const OTHER_PORT = 8311
const APP_PORT = 8312
const INSTANCE = 'et-out-edge'
const TOPOLOGY = 'et-out'
const NEW_ADDRESS = '192.0.2.201'

/** Where the edge reaches what runs on the host itself. Node knows no address of a bridge that nothing is plugged into yet. */
const HOST = (
  JSON.parse(execFileSync('ip', ['-4', '-j', 'addr', 'show', 'incusbr0'], { encoding: 'utf8' })) as {
    addr_info: { local: string }[]
  }[]
)[0]!.addr_info[0]!.local

/** An app as many are: Node's own server, which closes a connection that lies idle, here after a second. */
class NodeApp {
  private server: HttpServer | undefined
  constructor(
    private readonly number: number,
    /** Every POST that an app was given. */
    private readonly posts: string[],
  ) {}

  describe = (state: Server['state'] = 'ready'): Server => ({
    name: `${TOPOLOGY}-${this.number}`,
    address: HOST,
    port: APP_PORT + this.number,
    weight: 100,
    state,
  })

  async start(): Promise<void> {
    this.server = createServer((request, answer) => {
      void text(request).then((body) => {
        if (request.method === 'POST') this.posts.push(body)
        answer.setHeader('x-server', this.describe().name)
        answer.end(body === '' ? String(request.headers['x-forwarded-for']) : body)
      })
    })
    this.server.keepAliveTimeout = 1_000
    this.server.listen(APP_PORT + this.number, HOST)
    await once(this.server, 'listening')
  }

  /** Cuts what is open, as the end of an instance does. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.server?.close(resolve))
    this.server?.closeAllConnections()
    await ended
  }
}

describe('clients from outside', () => {
  const edge = haproxyEdge({ executor, instance: INSTANCE })
  const posts: string[] = []
  const apps = [new NodeApp(1, posts), new NodeApp(2, posts)]
  const neighbours = new Apps(TOPOLOGY)
  let outside: Outside
  let address = ''

  const web = (servers: Server[], as = PORT): TopologyRoutes =>
    routes(TOPOLOGY, as, [pool(`${TOPOLOGY}-web-80`, servers)])
  const all = (): TopologyRoutes => web(apps.map((app) => app.describe()))
  /** Addresses of the host from which the kernel sends a port on. */
  const direct = async (port: number): Promise<string[]> => {
    const seen = await lookAt(executor, { host: executor.host, name: INSTANCE, project: null })
    const listens = Object.values(seen?.devices ?? {}).flatMap(({ nat, listen = '' }) => (nat === 'true' ? listen : []))
    return listens.flatMap((listen) => new RegExp(`^tcp:(.*):${port}$`).exec(listen)?.[1] ?? [])
  }

  beforeAll(async () => {
    outside = await Outside.open('et-out', '198.18.4')
    await Promise.all(apps.map((app) => app.start()))
    await edge.apply(all())
    address = (await direct(PORT))[0] ?? ''
  }, 60_000)

  afterAll(async () => {
    await Promise.all([neighbours.clean(), outside.close(), executor.run(deleteInstance(INSTANCE, { force: true }))])
    await Promise.all(apps.map((app) => app.stop()))
  }, 60_000)

  it('are sent on by the kernel, and the app knows who each is, whichever way it comes', async () => {
    expect(address).toMatch(/^\d+\./)
    const url = `http://${address}:${PORT}/`
    expect(await outside.curl(url)).toBe(outside.address)
    expect(await (await fetch(url)).text()).toBe(address)
    expect(await (await fetch(`http://127.0.0.1:${PORT}/`)).text()).toBe('127.0.0.1')
    expect(await (await fetch(`http://[::1]:${PORT}/`)).text()).toBe('::1')
    // An instance beside the edge calls the host from outside.
    await neighbours.launch(9)
    const own = await neighbours.address(9)
    const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | socat -t 5 - TCP:${address}:${PORT}`
    expect((await executor.run(execIn(neighbours.name(9), ['sh', '-c', ask]))).stdout).toMatch(new RegExp(`\\s${own}$`))
  }, 60_000)

  it('lose no request, and none is given to an app twice, while apps are updated and the host changes', async () => {
    const mix = (name: string) => [
      { name: 'get', method: 'GET' as const, path: '/', share: 2 },
      { name: 'post', method: 'POST' as const, path: '/', share: 1, body: name },
    ]
    const url = `http://${address}:${PORT}`
    const loads = [true, false].map((kept) => outside.startLoad({ url, rate: 60, kept, mix: mix(`kept ${kept}`) }))
    const where = Object.entries(networkInterfaces()).find(([, own]) => own?.some((a) => a.address === address))
    for (const [i, app] of apps.entries()) {
      await edge.apply(web(apps.map((other) => other.describe(other === app ? 'drain' : 'ready'))))
      const { name } = app.describe()
      expect(await edge.drained(TOPOLOGY, name, { deadlineMs: 30_000 })).toEqual({ cut: 0 })
      await app.stop()
      await sleep(1_200)
      await app.start()
      await edge.apply(all())
      // The host gets another address, and loses it again.
      await execa('ip', ['address', i === 0 ? 'add' : 'delete', `${NEW_ADDRESS}/32`, 'dev', where?.[0] ?? ''])
      await edge.ensure()
      expect(await direct(PORT)).toEqual(i === 0 ? expect.arrayContaining([address, NEW_ADDRESS]) : [address])
      if (i === 0) expect(await outside.curl(`http://${NEW_ADDRESS}:${PORT}/`)).toBe(outside.address)
    }
    // Another port, with a load of the configuration, and away with it.
    await edge.apply({ ...all(), routes: [...all().routes, ...web([], OTHER_PORT).routes] })
    expect(await outside.curl(`http://${address}:${OTHER_PORT}/`)).toBe(outside.address)
    await edge.apply(all())
    expect(await direct(OTHER_PORT)).toEqual([])
    await sleep(2_500)
    const reports = await Promise.all(loads.map((load) => load.stop()))
    console.log('from outside', JSON.stringify(reports.map(({ ok, sent, byKind }) => ({ ok, sent, byKind }))))
    for (const report of reports) {
      expect(report.first).toEqual([])
      expect(report).toMatchObject({ failed: 0, ok: report.sent })
      expect(report.sent).toBeGreaterThan(300)
    }
    expect(posts).toHaveLength(reports.reduce((sum, { byKind }) => sum + (byKind['post'] ?? 0), 0))
    expect(new Set(posts).size).toBe(posts.length)
  }, 120_000)
})
