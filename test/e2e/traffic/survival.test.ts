import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { deleteInstance, execIn, removeDevice, stopInstance } from '../../../src/incus/index.js'
import { haproxyEdge } from '../../../src/traffic/haproxy/edge.js'
import { COMMIT } from '../../../src/traffic/haproxy/scripts.js'
import type { Edge, ServerStats, TopologyRoutes } from '../../../src/traffic/model.js'
import { wrapped } from '../../support/wrapped.js'
import { Apps, eventually, executor, pool, routes } from './apps.js'

const PORT = 18482
const INSTANCE = 'et-live-edge'
const TOPOLOGY = 'et-live'
const POOL = 'et-live-web-4000'

/** Something else happens when a writer has opened its ports and is about to commit its first change. */
function beforeCommit(happens: () => Promise<void>): HostExecutor {
  let due = true
  return wrapped(executor, {
    before: async (command) => {
      if (!due || !command?.args.includes(COMMIT)) return
      due = false
      await happens()
    },
  })
}

// It fails for a process that ends with its master before its own turn comes.
const KILL = ['sh', '-c', 'killall -9 haproxy 2>/dev/null; true']

describe('an edge that is hurt', () => {
  const apps = new Apps('et-live')
  const edge = haproxyEdge({ executor, instance: INSTANCE })
  let told: TopologyRoutes

  const picture = async (): Promise<Pick<ServerStats, 'server' | 'weight' | 'state'>[]> =>
    (await edge.stats(TOPOLOGY)).map(({ server, weight, state }) => ({ server, weight, state }))
  const answers = (): Promise<string> => eventually(() => fetch(`http://127.0.0.1:${PORT}/`).then((r) => r.text()))
  const expected = [
    { server: apps.name(1), weight: 30, state: 'ready' },
    { server: apps.name(2), weight: 7, state: 'drain' },
  ]

  beforeAll(async () => {
    await Promise.all([1, 2].map((n) => apps.launch(n)))
    told = routes(TOPOLOGY, PORT, [pool(POOL, [await apps.server(1)])])
    await edge.apply(told)
    // By the runtime socket alone, so that what comes back must have been rendered too.
    told = routes(TOPOLOGY, PORT, [pool(POOL, [await apps.server(1, 30), await apps.server(2, 7, 'drain')])])
    await edge.apply(told)
    expect(await picture()).toEqual(expected)
  }, 60_000)

  afterAll(async () => {
    await apps.clean()
    await executor.run(deleteInstance(INSTANCE, { force: true })).catch(() => {})
  }, 60_000)

  it.each([
    ['its HAProxy is killed', () => executor.run(execIn(INSTANCE, KILL))],
    ['it is restarted', () => executor.run({ args: ['restart', '--force', INSTANCE] })],
    [
      'it is stopped and ensured',
      () => executor.run(stopInstance(INSTANCE, { force: true })).then(() => edge.ensure()),
    ],
  ])(
    'has the same picture after %s',
    async (_how, hurt) => {
      await hurt()
      expect(await answers()).toContain(apps.name(1))
      expect(
        await eventually(async () => {
          const found = await picture()
          if (found.length !== 2) throw new Error('not up yet')
          return found
        }),
      ).toEqual(expected)
      expect(await edge.current(TOPOLOGY)).toEqual(told)
    },
    60_000,
  )

  it('is made again from what apply is told, after it was deleted', async () => {
    await executor.run(deleteInstance(INSTANCE, { force: true }))
    expect(await edge.current(TOPOLOGY)).toBeNull()
    await edge.apply(told)
    expect(await answers()).toContain(apps.name(1))
    expect(await picture()).toEqual(expected)
  }, 60_000)

  it('repairs what somebody changed by hand', async () => {
    const said = 'set server et-live-web-4000/et-live-1 weight 5; set map routes.map 18482/* nowhere'
    await executor.run(
      execIn(INSTANCE, ['sh', '-c', 'echo "$1" | socat - UNIX:/run/cul8er-edge/haproxy.sock', 'sh', said]),
    )
    expect((await fetch(`http://127.0.0.1:${PORT}/`)).status).toBe(503)
    await edge.apply(told)
    expect(await answers()).toContain(apps.name(1))
    expect(await picture()).toEqual(expected)
  }, 60_000)

  it('loses no update when many write at once', async () => {
    const server = await apps.server(1)
    const names = Array.from({ length: 6 }, (_, n) => `et-many-${n}`)
    const sharing = (name: string): TopologyRoutes => ({
      ...routes(name, PORT, [pool(`${name}-web-4000`, [server])]),
      routes: [{ as: PORT, protocol: 'http', host: `${name}.test`, certificate: null, pool: `${name}-web-4000` }],
    })
    await Promise.all(names.map((name) => edge.apply(sharing(name))))
    for (const name of names) expect(await edge.current(name)).toEqual(sharing(name))
    await Promise.all(names.map((name) => edge.remove(name)))
    for (const name of names) expect(await edge.current(name)).toBeNull()
    expect(await picture()).toEqual(expected)
  }, 120_000)

  it.each([
    ['tells nothing new', (of: Edge) => of.apply(told)],
    ['closes its own port', (of: Edge) => of.apply(routes(TOPOLOGY, PORT, told.pools))],
  ])(
    'keeps the port that another writer opens while one %s',
    async (_what, write) => {
      const two = { ...told, routes: [...told.routes, ...routes(TOPOLOGY, PORT + 50, told.pools).routes] }
      await edge.apply(_what === 'tells nothing new' ? told : two)
      const other = haproxyEdge({ executor: beforeCommit(() => write(edge)), instance: INSTANCE })
      await other.apply(routes('et-other', PORT + 100, [pool('et-other-web-4000', [await apps.server(1)])]))
      expect(await (await fetch(`http://127.0.0.1:${PORT + 100}/`)).text()).toContain(apps.name(1))
      await edge.remove('et-other')
    },
    60_000,
  )

  describe('a writer that knows the edge from its last change', () => {
    const weighing = async (weight: number): Promise<TopologyRoutes> =>
      routes(TOPOLOGY, PORT, [pool(POOL, [await apps.server(1, weight), await apps.server(2, 7, 'drain')])])
    const theirs = async (): Promise<TopologyRoutes> =>
      routes('et-theirs', PORT + 60, [pool('et-theirs-web-4000', [await apps.server(1)])])
    const other = haproxyEdge({ executor, instance: INSTANCE })

    it.each<[string, () => Promise<unknown>]>([
      ['somebody else wrote', async () => other.apply(await theirs())],
      [
        'somebody else made it anew',
        async () => {
          await executor.run(deleteInstance(INSTANCE, { force: true }))
          await other.apply(await theirs())
        },
      ],
      ['its port was closed by hand', () => executor.run(removeDevice(INSTANCE, `port-${PORT}`))],
      ['its HAProxy was killed', () => executor.run(execIn(INSTANCE, KILL))],
      ['it was deleted', () => executor.run(deleteInstance(INSTANCE, { force: true }))],
      ['it was stopped', () => executor.run(stopInstance(INSTANCE, { force: true }))],
    ])(
      'changes it rightly after %s',
      async (what, happens) => {
        await edge.apply(told)
        await edge.apply(await weighing(31))
        await happens()
        await edge.apply(await weighing(32))
        expect(await answers()).toContain(apps.name(1))
        expect((await picture()).map(({ weight }) => weight)).toEqual([32, 7])
        const wrote = what.startsWith('somebody else')
        expect(await edge.current('et-theirs')).toEqual(wrote ? await theirs() : null)
        if (wrote) await other.remove('et-theirs')
        await edge.apply(told)
        expect(await picture()).toEqual(expected)
      },
      60_000,
    )
  })

  it('stays when somebody opened it again while its remover stood still', async () => {
    const last = routes('et-last', PORT + 150, [pool('et-last-web-4000', [await apps.server(1)])])
    const own = `${INSTANCE}-2`
    const opener = haproxyEdge({ executor, instance: own })
    await opener.apply(last)
    let due = true
    let closed = false
    const still = wrapped(executor, {
      before: async (command) => {
        if (due && closed) {
          due = false
          await opener.apply(last)
        }
        closed = command?.args.includes(COMMIT) ?? false
      },
    })
    try {
      await haproxyEdge({ executor: still, instance: own }).remove('et-last')
      expect(due).toBe(false)
      expect(await eventually(() => fetch(`http://127.0.0.1:${PORT + 150}/`).then((r) => r.text()))).toContain(
        apps.name(1),
      )
    } finally {
      await executor.run(deleteInstance(own, { force: true })).catch(() => {})
    }
  }, 90_000)

  it('goes when its last topology goes, and not before', async () => {
    await edge.apply(routes('et-last', PORT + 100, [pool('et-last-web-4000', [await apps.server(1)])]))
    await edge.remove('et-last')
    expect(await answers()).toContain(apps.name(1))
    await edge.remove(TOPOLOGY)
    await expect(fetch(`http://127.0.0.1:${PORT}/`)).rejects.toThrow()
    await expect(executor.run(deleteInstance(INSTANCE, { force: true }))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await edge.remove(TOPOLOGY)
  }, 60_000)
})
