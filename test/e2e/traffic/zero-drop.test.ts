import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { execIn } from '../../../src/incus/index.js'
import { haproxyEdge } from '../../../src/traffic/haproxy/edge.js'
import type { Server, TopologyRoutes } from '../../../src/traffic/model.js'
import { startLoad, type Load } from '../../support/load/load.js'
import { Apps, executor, pool, routes } from './apps.js'

const PORT = 18480
const OTHER_PORT = 18481
const TOPOLOGY = 'et-shop'
const POOL = 'et-shop-web-4000'

/** What a strategy does to an edge, under a load that counts every request: none may fail. */
describe('no request is dropped', () => {
  const apps = new Apps('et-drop')
  const edge = haproxyEdge({ executor, instance: 'et-drop-edge' })
  let load: Load

  const web = (servers: Server[]): TopologyRoutes => routes(TOPOLOGY, PORT, [pool(POOL, servers)])
  const three = async (changes: Record<number, Partial<Server>> = {}): Promise<Server[]> =>
    Promise.all([1, 2, 3].map(async (n) => ({ ...(await apps.server(n)), ...changes[n] })))

  beforeAll(async () => {
    await Promise.all([1, 2, 3].map((n) => apps.launch(n)))
    await edge.ensure()
    await edge.apply(web(await three()))
  }, 60_000)

  afterAll(async () => {
    await apps.clean()
    await edge.remove(TOPOLOGY)
  }, 60_000)

  beforeEach(async () => {
    load = startLoad({
      url: `http://127.0.0.1:${PORT}`,
      rate: 300,
      mix: [
        { name: 'get', method: 'GET', path: '/', share: 69 },
        { name: 'post', method: 'POST', path: '/', share: 30, body: 'order' },
        { name: 'slow', method: 'GET', path: '/slow', share: 1 },
      ],
    })
    await sleep(500)
  })

  afterEach(async () => {
    await sleep(500)
    const report = await load.stop()
    console.log(expect.getState().currentTestName, JSON.stringify(report))
    expect(report.first).toEqual([])
    expect(report.failed).toBe(0)
    expect(report.ok).toBe(report.sent)
    expect(report.sent).toBeGreaterThan(500)
    expect(Object.keys(report.byKind).sort()).toEqual(['get', 'post', 'slow'])
  }, 60_000)

  it('while weights change', async () => {
    for (const weight of [0, 10, 64, 256, 100]) {
      await edge.apply(web(await three({ 1: { weight } })))
      await sleep(150)
    }
  }, 60_000)

  it('while each instance is drained, restarted and taken in again', async () => {
    for (const n of [1, 2, 3]) {
      await edge.apply(web(await three({ [n]: { state: 'drain' } })))
      expect(await edge.drained(TOPOLOGY, apps.name(n), { deadlineMs: 20_000 })).toEqual({ cut: 0 })
      await apps.stop(n)
      await sleep(300)
      await apps.start(n)
      await edge.apply(web(await three()))
    }
  }, 120_000)

  it('while instances are added and removed', async () => {
    await apps.launch(4)
    await edge.apply(web([...(await three()), await apps.server(4)]))
    await sleep(500)
    await edge.apply(web([...(await three()), await apps.server(4, 100, 'drain')]))
    await edge.drained(TOPOLOGY, apps.name(4), { deadlineMs: 20_000 })
    await edge.apply(web(await three()))
    await apps.remove(4)
  }, 60_000)

  it('while the port is switched from one color to the other and back', async () => {
    const [first, second, third] = (await three()) as [Server, Server, Server]
    const set = (active: string): TopologyRoutes => {
      const pools = [pool(`${POOL}-blue`, [first]), pool(`${POOL}-green`, [second, third])]
      return { ...routes(TOPOLOGY, PORT, pools), routes: [{ ...web([]).routes[0]!, pool: `${POOL}-${active}` }] }
    }
    for (const active of ['blue', 'green', 'blue', 'green']) {
      await edge.apply(set(active))
      await sleep(200)
    }
    await edge.apply(web(await three()))
  }, 60_000)

  it('while other topologies come and go, each with a load of the configuration', async () => {
    for (let round = 0; round < 4; round += 1) {
      const other = pool('et-other-web-4000', [await apps.server(1)])
      await edge.apply(routes('et-other', OTHER_PORT, [other]))
      expect(await fetch(`http://127.0.0.1:${OTHER_PORT}/`).then((r) => r.text())).toContain(apps.name(1))
      await edge.remove('et-other')
    }
  }, 60_000)

  it('while a load is followed at once by a drain, with idle connections to the old process', async () => {
    const other = pool('et-other-web-4000', [await apps.server(1)])
    await edge.apply(routes('et-other', OTHER_PORT, [other]))
    await edge.apply(web(await three({ 2: { state: 'drain' } })))
    await edge.drained(TOPOLOGY, apps.name(2), { deadlineMs: 30_000 })
    await apps.stop(2)
    await sleep(300)
    await apps.start(2)
    await edge.apply(web(await three()))
    await edge.remove('et-other')
  }, 90_000)

  it('while the edge itself gets a newer image', async () => {
    const newer = 'et-drop-newer'
    const programs = (): Promise<string> =>
      executor
        .run(
          execIn('et-drop-edge', [
            'sh',
            '-c',
            'cat /usr/newer; for p in $(pidof haproxy); do stat -Lc %i /proc/$p/exe; done',
          ]),
        )
        .then(({ stdout }) => stdout.trim())
    await apps.launch(4)
    await executor.run(execIn(apps.name(4), ['sh', '-c', 'echo newer >/usr/newer']))
    await apps.stop(4)
    const { stdout } = await executor.run({ args: ['publish', '--quiet', apps.name(4), `--alias=${newer}`] })
    expect(stdout).toBeDefined()
    await apps.remove(4)
    try {
      const before = await programs()
      expect(before).toMatch(/^\d+\n\d+$/)
      const next = haproxyEdge({ executor, instance: 'et-drop-edge', image: newer })
      await next.ensure()
      await sleep(4_000)
      const [mark, ...running] = (await programs()).split('\n')
      expect(mark).toBe('newer')
      expect(running).toHaveLength(2)
      expect(before).not.toContain(running[0])
      expect(await edge.current(TOPOLOGY)).toEqual(web(await three()))
      await next.ensure()
    } finally {
      await executor.run({ args: ['image', 'delete', newer] })
    }
  }, 120_000)
})
