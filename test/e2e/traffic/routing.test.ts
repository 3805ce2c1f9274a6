import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { haproxyEdge } from '../../../src/traffic/haproxy/edge.js'
import { summarise } from '../../../src/traffic/samples.js'
import { canaryWeights } from '../../../src/traffic/weights.js'
import type { Route, TopologyRoutes } from '../../../src/traffic/model.js'
import { makeCertificate, type Made } from '../../support/certificates.js'
import { startLoad } from '../../support/load/load.js'
import { inside } from '../releases/instance.js'
import { APP_PORT, APP_TLS_PORT, Apps, eventually, executor, pool, routes } from './apps.js'

const PORT = 18583
const TLS_PORT = 18584
const TCP_PORT = 18585
const INSTANCE = 'et-route-edge'
const TOPOLOGY = 'et-route'
const POOL = 'et-route-web-4000'
const ONE = `https://one.test:${TLS_PORT}/`
const curl = async (...args: string[]): Promise<string> => (await promisify(execFile)('curl', ['-sS', ...args])).stdout
/** The process of HAProxy that takes new connections. */
const processOf = async (): Promise<string | undefined> =>
  /^Pid: (\d+)$/m.exec(await inside(INSTANCE, 'echo show info | socat - UNIX:/run/cul8er-edge/haproxy.sock'))?.[1]
/** How many connections the app answered on. */
const distinct = (ports: string): number => new Set(ports.trim().split(' ')).size

describe('an edge on its host', () => {
  const apps = new Apps('et-route')
  const edge = haproxyEdge({ executor, instance: INSTANCE })
  const route = (changes: Partial<Route>): Route => ({
    as: PORT,
    protocol: 'http',
    host: null,
    certificate: null,
    pool: POOL,
    ...changes,
  })

  beforeAll(async () => {
    await Promise.all([1, 2, 3].map((n) => apps.launch(n)))
    await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, [await apps.server(1)])]))
  }, 60_000)

  afterAll(async () => {
    await apps.clean()
    await edge.remove(TOPOLOGY)
  }, 60_000)

  it('tells the app who the client is, and believes no client', async () => {
    expect(await curl('-H', 'X-Forwarded-For: 6.6.6.6', `http://127.0.0.1:${PORT}/`)).toBe('et-route-1 127.0.0.1 http')
    expect(await curl(`http://[::1]:${PORT}/`)).toBe('et-route-1 ::1 http')
    const names = ['X_Forwarded_For', 'X-Real-IP', 'X_Real-IP', 'X-Forwarded-Host', 'x_forwarded-Host']
    const claims = ['Forwarded: for=6.6.6.6', ...names.map((name) => `${name}: 6.6.6.6`)]
    expect(await curl(...claims.flatMap((claim) => ['-H', claim]), `http://127.0.0.1:${PORT}/claims`)).toBe('')
  })

  it('sends over connections that clients share nothing that an app could leave unread', async () => {
    const url = `http://127.0.0.1:${PORT}/connection`
    const connections = async (...args: string[]): Promise<number> => distinct(await curl(...args, url, url))
    // Sharing is for speed alone, and a busy HAProxy may open another connection now and then; what must not be shared never is.
    await expect.poll(() => connections(), { timeout: 20_000 }).toBe(1)
    expect(await connections('-X', 'GET', '-d', 'body')).toBe(2)
    expect(await connections('-X', 'GET', '-d', 'body', '-H', 'Transfer-Encoding: chunked')).toBe(2)
    expect(await connections('-X', 'GET', '-d', '', '-H', 'Transfer-Encoding: chunked')).toBe(2)
  })

  it.each([10, 25, 50])(
    'gives a canary beside two stable servers %i percent, within 2 points over 10,000 requests',
    async (percent) => {
      const weights = canaryWeights({ stable: 2, canary: 1, percent })
      const servers = await Promise.all(
        [1, 2, 3].map((n) => apps.server(n, [...weights.stable, ...weights.canary][n - 1])),
      )
      await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, servers)]))
      const since = Date.now()
      const load = startLoad({
        url: `http://127.0.0.1:${PORT}`,
        rate: 1_200,
        mix: [{ name: 'get', method: 'GET', path: '/', share: 1 }],
      })
      while (load.sent < 10_000) await new Promise((resolve) => setTimeout(resolve, 50))
      const report = await load.stop()
      expect(report.first).toEqual([])
      const share = ((report.byServer[apps.name(3)] ?? 0) / report.ok) * 100
      expect(Math.abs(share - percent)).toBeLessThan(2)

      const stat = (await edge.stats(TOPOLOGY)).map(({ server, weight }) => [server, weight])
      expect(stat).toEqual(servers.map(({ name, weight }) => [name, weight]))
      const seen = summarise((await edge.requests(TOPOLOGY, { sinceMs: since })) ?? [], new Set([apps.name(3)]))
      expect(seen.requests).toBeGreaterThan(0)
      expect(Math.abs(seen.requests - (report.byServer[apps.name(3)] ?? 0))).toBeLessThan(30)
      expect(seen).toMatchObject({ errors: 0, errorPercent: 0 })
      expect(seen.p95Ms).toBeGreaterThanOrEqual(seen.p50Ms ?? Infinity)
    },
    60_000,
  )

  it('changes a certificate in the running process, and is loaded only for one that its socket does not take', async () => {
    const one = pool(POOL, [await apps.server(1)])
    const serve = (certificate: Made) =>
      edge.apply({
        topology: TOPOLOGY,
        routes: [
          route({
            as: TLS_PORT,
            protocol: 'https',
            host: 'one.test',
            certificate: { certPem: certificate.cert, keyPem: certificate.key },
          }),
        ],
        pools: [one],
      })
    const issuer = async (): Promise<string | undefined> => {
      const said = await curl('-kv', '--resolve', `one.test:${TLS_PORT}:127.0.0.1`, ONE, '--stderr', '-')
      return /issuer: CN=(\S+)/.exec(said)?.[1]
    }
    await serve(makeCertificate({ names: ['one.test'], common: 'first' }))
    expect(await issuer()).toBe('first')
    const before = await processOf()
    await serve(makeCertificate({ names: ['one.test'], common: 'second' }))
    expect([await issuer(), await processOf()]).toEqual(['second', before])

    const long = makeCertificate({ newkey: ['rsa:4096'] })
    const third = makeCertificate({ names: ['one.test'], common: 'third' })
    await serve({ ...third, cert: third.cert + long.cert.repeat(10) })
    expect(await issuer()).toBe('third')
    expect(await processOf()).not.toBe(before)
  })

  it('sends a host name to its own pool, any other to none, and TCP and TLS to theirs', async () => {
    const one = pool(POOL, [await apps.server(1)])
    const two = pool('et-route-two-4000', [await apps.server(2)])
    const raw = pool('et-route-raw-4000', [await apps.server(3)], { protocol: 'tcp' })
    const told: TopologyRoutes = {
      topology: TOPOLOGY,
      routes: [
        route({ host: 'One.test' }),
        route({ host: 'two.test', pool: two.name }),
        route({ as: TLS_PORT, protocol: 'https', host: 'two.test', pool: two.name }),
        route({ as: TLS_PORT, protocol: 'https', host: 'one.test', certificate: await selfMade('one.test') }),
        route({ as: TCP_PORT, protocol: 'tcp', pool: raw.name }),
      ],
      pools: [one, two, raw],
    }
    await edge.apply(told)
    expect(await curl('-H', 'Host: one.test:80', `http://127.0.0.1:${PORT}/`)).toContain('et-route-1')
    expect(await curl('-H', 'Host: TWO.test', `http://127.0.0.1:${PORT}/`)).toContain('et-route-2')
    expect(await curl('-H', 'Host: three.test', `http://127.0.0.1:${PORT}/`)).toBe(
      'No app answers for this host name.\n',
    )
    const tls = (host: string): string[] => [
      '-kv',
      '--resolve',
      `${host}:${TLS_PORT}:127.0.0.1`,
      `https://${host}:${TLS_PORT}/`,
      '--stderr',
      '-',
    ]
    expect(await curl(...tls('one.test'))).toMatch(/issuer: CN=of-the-user-one\.test[^]*et-route-1 127\.0\.0\.1 https/)
    expect(await curl(...tls('two.test'))).toMatch(/issuer: CN=two\.test[^]*et-route-2 127\.0\.0\.1 https/)
    // Over HTTP/2 a body needs no header that tells of it.
    const [address = ''] = tls('two.test').filter((word) => word.startsWith('https:'))
    const over2 = [
      '-k',
      '--http2',
      '--resolve',
      `two.test:${TLS_PORT}:127.0.0.1`,
      ...[1, 2].map(() => `${address}connection`),
    ]
    expect(distinct(await curl(...over2))).toBe(1)
    const answered = async (...version: string[]): Promise<string> => curl(...over2, ...version, '--head')
    expect(await answered()).toMatch(/^HTTP\/2 200/)
    expect(await answered()).not.toMatch(/keep-alive/i)
    expect(await answered('--http1.1')).toMatch(/^HTTP\/1.1 200[^]*keep-alive: timeout=15/)
    expect(distinct(await curl(...over2, '-X', 'GET', '-d', 'body', '-H', 'Content-Length:'))).toBe(2)
    expect(await curl(`http://127.0.0.1:${TCP_PORT}/`)).toContain('et-route-3')
    expect(await edge.current(TOPOLOGY)).toEqual(told)
    await edge.apply(routes(TOPOLOGY, PORT, [one]))
    await expect(curl(`http://127.0.0.1:${TCP_PORT}/`)).rejects.toThrow()
  }, 60_000)

  it('keeps a client with a cookie on its server, also across a drain of another and a load', async () => {
    const sticky = async (changes: Record<number, 'drain'> = {}): Promise<TopologyRoutes> =>
      routes(TOPOLOGY, PORT, [
        pool(POOL, await Promise.all([1, 2, 3].map((n) => apps.server(n, 100, changes[n] ?? 'ready'))), {
          sticky: true,
        }),
      ])
    await edge.apply(await sticky())
    const first = await fetch(`http://127.0.0.1:${PORT}/`)
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    const mine = first.headers.get('x-server') ?? ''
    const served = async (): Promise<string[]> => {
      const all = await Promise.all(
        Array.from({ length: 12 }, () => fetch(`http://127.0.0.1:${PORT}/`, { headers: { cookie } })),
      )
      return [...new Set(all.map((answer) => answer.headers.get('x-server') ?? ''))]
    }
    expect(await served()).toEqual([mine])
    const other = [1, 2, 3].find((n) => apps.name(n) !== mine) ?? 0
    await edge.apply(await sticky({ [other]: 'drain' }))
    expect(await served()).toEqual([mine])
    await edge.apply({ ...(await sticky()), routes: [route({}), route({ as: TCP_PORT })] })
    expect(await served()).toEqual([mine])
    const own = [1, 2, 3].find((n) => apps.name(n) === mine) ?? 0
    await edge.apply(await sticky({ [own]: 'drain' }))
    expect(await served()).not.toContain(mine)
  }, 60_000)

  it('cuts what is left at the drain deadline, and counts it', async () => {
    const both = async (state: 'ready' | 'drain'): Promise<TopologyRoutes> =>
      routes(TOPOLOGY, PORT, [pool(POOL, [await apps.server(1, 100, state)])])
    await edge.apply(await both('ready'))
    await expect(edge.drained(TOPOLOGY, apps.name(1), { deadlineMs: 100 })).rejects.toMatchObject({ code: 'EDGE' })
    const slow = Promise.all([1, 2].map(() => curl(`http://127.0.0.1:${PORT}/slow`)))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await edge.apply(await both('drain'))
    expect(await edge.drained(TOPOLOGY, apps.name(1), { deadlineMs: 400 })).toEqual({ cut: 2 })
    expect((await edge.stats(TOPOLOGY))[0]).toMatchObject({ state: 'drain', currentSessions: 0 })
    expect(await slow).toEqual([expect.stringContaining('503'), expect.stringContaining('503')])
    await edge.apply(await both('ready'))
    const late = curl(`http://127.0.0.1:${PORT}/slow`)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await edge.apply(await both('drain'))
    const signal = AbortSignal.timeout(200)
    await expect(edge.drained(TOPOLOGY, apps.name(1), { deadlineMs: 10_000, signal })).rejects.toThrow()
    expect(await late).toContain('200 OK')
  }, 60_000)

  it.each([
    ['http', APP_PORT],
    ['https', APP_TLS_PORT],
  ] as const)(
    'gives no request to an app that says it is not well, by %s',
    async (scheme, port) => {
      const check = { scheme, port, path: "/health?it's", expectedStatus: null, intervalMs: 1_000, timeoutMs: 2_000 }
      const [one, two] = await Promise.all([apps.server(1), apps.server(2)])
      const say = (word: string, { address }: { address: string }): Promise<unknown> =>
        fetch(`http://${address}:${APP_PORT}/${word}`, { method: 'POST' })
      const states = async (): Promise<Record<string, string>> =>
        Object.fromEntries((await edge.stats(TOPOLOGY)).map(({ server, state }) => [server, state]))
      const are = (wanted: string[]): Promise<void> =>
        eventually(async () => {
          const found = await states()
          expect([found[one.name], found[two.name]]).toEqual(wanted)
        })
      const answerers = async (): Promise<string[]> => {
        const all: string[] = []
        for (let n = 0; n < 12; n += 1) all.push((await curl(`http://127.0.0.1:${PORT}/`)).split(' ')[0] ?? '')
        return [...new Set(all)].sort()
      }
      await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, [one], { check })]))
      // Without a load; it serves at once.
      await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, [one, two], { check })]))
      expect(await states()).toEqual({ [one.name]: 'ready', [two.name]: 'ready' })
      expect(await answerers()).toEqual([one.name, two.name])
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(await states()).toEqual({ [one.name]: 'ready', [two.name]: 'ready' })
      await say('sick', two)
      await are(['ready', 'down'])
      expect(await answerers()).toEqual([one.name])
      await say('sick', one)
      await are(['down', 'down'])
      expect(await curl('-i', `http://127.0.0.1:${PORT}/`)).toMatch(/^HTTP\/1.1 503/)
      await Promise.all([say('well', one), say('well', two)])
      await are(['ready', 'ready'])
      expect(await answerers()).toEqual([one.name, two.name])
      // With a connection for a check again.
      await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, [one])]))
    },
    60_000,
  )

  it('names the port that another program of the host has', async () => {
    const busy = createServer().listen(18_586, '0.0.0.0')
    const one = pool(POOL, [await apps.server(1)])
    await expect(edge.apply(routes(TOPOLOGY, 18_586, [one]))).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: 'port 18586 of localhost is in use by another program',
    })
    await new Promise((resolve) => busy.close(resolve))
    await edge.apply(routes(TOPOLOGY, 18_586, [one]))
    expect(await curl('http://127.0.0.1:18586/')).toContain('et-route-1')
  }, 60_000)

  it('sends GETs of a dying instance to the others', async () => {
    await edge.apply(routes(TOPOLOGY, PORT, [pool(POOL, await Promise.all([1, 2, 3].map((n) => apps.server(n))))]))
    const load = startLoad({
      url: `http://127.0.0.1:${PORT}`,
      rate: 200,
      mix: [{ name: 'get', method: 'GET', path: '/', share: 1 }],
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await apps.stop(2)
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    const report = await load.stop()
    console.log('instance dies', JSON.stringify(report))
    expect(report.first).toEqual([])
    expect(report.latencyMs.max).toBeLessThan(3_500)
  }, 60_000)
})

async function selfMade(host: string): Promise<{ certPem: string; keyPem: string }> {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=of-the-user-${host}`,
    '-keyout',
    '-',
    '-out',
    '-',
  ]
  const { stdout } = await promisify(execFile)('openssl', args)
  const certPem = /-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----\n/.exec(stdout)?.[0] ?? ''
  const keyPem = /-----BEGIN PRIVATE KEY-----[^]*-----END PRIVATE KEY-----\n/.exec(stdout)?.[0] ?? ''
  return { certPem, keyPem }
}
