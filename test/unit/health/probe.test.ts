import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net'
import { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8erError } from '../../../src/errors.js'
import { probe, type ProbeTarget } from '../../../src/health/probe.js'
import { dial } from '../../../src/hosts/dial.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import type { Probe } from '../../../src/topology/model.js'
import { certificate } from './certificate.js'

const spec = { name: 'shop-web', project: null, resource: 'web', release: null }
const none = (): never => {
  throw new Error('not expected')
}
const executor = (changes: Partial<HostExecutor> = {}): HostExecutor => ({
  host: 'h',
  run: none,
  tryRun: none,
  connect: dial,
  close: async () => {},
  ...changes,
})
const ask = (what: Probe, target: Partial<ProbeTarget> = {}, timeoutMs = 1_000) =>
  probe(what, { spec, address: '127.0.0.1', executor: executor(), ...target }, { timeoutMs })

const tcp = (port: number): Probe => ({ kind: 'tcp', port })

const listen = async (server: TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('http and tcp probes', () => {
  const servers: TcpServer[] = []
  const ports = { http: 0, https: 0, silent: 0, closes: 0, rubbish: 0 }
  let hosts: (string | undefined)[] = []

  beforeAll(async () => {
    const app = (server: Server): Server =>
      server.on('request', (request, response) => {
        hosts.push(request.headers.host)
        response.writeHead(Number(request.url?.slice(1))).end('x'.repeat(100_000))
      })
    const { key, cert } = await certificate()
    const all = {
      http: app(createHttp()),
      https: app(createHttps({ key, cert })),
      silent: createTcp(() => {}),
      closes: createTcp((socket) => socket.destroy()),
      rubbish: createTcp((socket) => socket.end('220 smtp.example.com\r\n')),
    }
    for (const [name, server] of Object.entries(all)) {
      servers.push(server)
      ports[name as 'http'] = await listen(server)
    }
  })
  afterAll(() => servers.forEach((server) => server.close()))

  const http = (
    port: number,
    path: string,
    expectedStatus: number | null = null,
    scheme: 'http' | 'https' = 'http',
  ): Probe => ({
    kind: 'http',
    scheme,
    port,
    path,
    expectedStatus,
  })

  it.each([
    ['200', () => http(ports.http, '/200'), 'ok', 'HTTP 200'],
    ['any 2xx', () => http(ports.http, '/204'), 'ok', 'HTTP 204'],
    ['500', () => http(ports.http, '/500'), 'failure', 'HTTP 500'],
    ['a redirect', () => http(ports.http, '/302'), 'failure', 'HTTP 302'],
    ['the status expected', () => http(ports.http, '/401', 401), 'ok', 'HTTP 401'],
    ['another than expected', () => http(ports.http, '/200', 204), 'failure', 'HTTP 200, expected 204'],
    ['https, not verified', () => http(ports.https, '/200', null, 'https'), 'ok', 'HTTP 200'],
    ['http asked of https', () => http(ports.https, '/200'), 'failure', null],
    ['https asked of http', () => http(ports.http, '/200', null, 'https'), 'failure', 'not the expected protocol'],
    ['no answer', () => http(ports.silent, '/200'), 'failure', 'no answer within 400 ms'],
    [
      'a TLS server that is silent',
      () => http(ports.silent, '/200', null, 'https'),
      'failure',
      'no answer within 400 ms',
    ],
    ['a closed connection', () => http(ports.closes, '/200'), 'failure', 'connection closed without a response'],
    ['another protocol', () => http(ports.rubbish, '/200'), 'failure', 'not the expected protocol'],
    ['a refused connection', () => http(1, '/200'), 'failure', 'connection refused'],
    ['tcp', () => tcp(ports.silent), 'ok', 'connected'],
    ['tcp refused', () => tcp(1), 'failure', 'connection refused'],
  ])('%s', async (_, what, outcome, message) => {
    const result = await ask(what(), {}, 400)
    expect(result).toMatchObject({
      outcome,
      ...(message === null ? {} : { message: expect.stringContaining(message) as string }),
    })
    expect(result.durationMs).toBeLessThan(1_000)
    expect(Date.parse(result.at)).toBeGreaterThan(Date.now() - 5_000)
  })

  it('a connection that is silent, and does not end either', async () => {
    // As ssh2 has a channel: it ends only once the host has closed it, too.
    const endless = Object.assign(new Duplex({ read() {}, write: (_, __, done) => done(), emitClose: false }), {
      destroy: () => endless,
    })
    const result = await ask(http(1, '/200'), { executor: executor({ connect: async () => endless }) }, 50)
    expect(result).toMatchObject({ outcome: 'failure', message: 'no answer within 50 ms' })
  })

  it('says localhost, as the topology does', async () => {
    hosts = []
    await ask(http(ports.http, '/200'))
    expect(hosts).toEqual([`localhost:${ports.http}`])
  })

  it('works over a stream that is no socket', async () => {
    const connect = async (address: string, port: number): Promise<Duplex> => {
      const socket = await dial(address, port)
      const stream = new Duplex({
        read: () => socket.resume(),
        write: (chunk: Uint8Array, _encoding, done) => void socket.write(chunk, () => done()),
        final: (done) => void socket.end(done),
        destroy: (error, done) => (socket.destroy(), done(error)),
      })
      socket.on('data', (chunk) => stream.push(chunk)).on('end', () => stream.push(null))
      return stream
    }
    expect(await ask(http(ports.http, '/200'), { executor: executor({ connect }) })).toMatchObject({ outcome: 'ok' })
    expect(await ask(http(ports.https, '/503', null, 'https'), { executor: executor({ connect }) })).toMatchObject({
      outcome: 'failure',
      message: 'HTTP 503',
    })
  })

  it.each([
    ['no route', new Cul8erError('UNREACHABLE', 'no route', { details: { errno: 'EHOSTUNREACH' } }), 'error'],
    ['a host that is gone', new Cul8erError('UNREACHABLE', 'the host does not answer'), 'error'],
    ['SSH that says refused', new Cul8erError('UNREACHABLE', 'Channel open failure: Connection refused'), 'failure'],
    [
      'a cause that says refused',
      new Error('x', { cause: Object.assign(new Error('y'), { code: 'ECONNREFUSED' }) }),
      'failure',
    ],
    ['a connection in no time', new Cul8erError('TIMEOUT', 'slow'), 'failure'],
  ])('%s', async (_, error, outcome) => {
    const connect = (): Promise<never> => Promise.reject(error)
    expect(await ask(http(80, '/'), { executor: executor({ connect }) })).toMatchObject({ outcome })
  })

  it('is pending without an address, and stops with the reason given', async () => {
    expect(await ask(http(80, '/'), { address: null })).toMatchObject({ outcome: 'error', pending: true })
    const stop = new AbortController()
    const asked = probe(
      http(ports.silent, '/200'),
      { spec, address: '127.0.0.1', executor: executor() },
      { timeoutMs: 5_000, signal: stop.signal },
    )
    setTimeout(() => stop.abort(new Error('enough')), 20)
    await expect(asked).rejects.toThrow('enough')
  })
})

describe('probes inside', () => {
  const answering = (exitCode: number, stdout = '', stderr = ''): HostExecutor =>
    executor({ tryRun: async () => ({ exitCode, stdout, stderr, durationMs: 1 }) })
  const failing = (error: Error): HostExecutor => executor({ tryRun: () => Promise.reject(error) })
  const command: Probe = { kind: 'command', command: ['check', 'it'] }
  const http: Probe = { kind: 'http', scheme: 'http', port: 80, path: '/', expectedStatus: null }

  it.each([
    ['exit 0', command, answering(0), { outcome: 'ok' }],
    [
      'exit 1',
      command,
      answering(1, 'out', 'a\nno such table\n'),
      { outcome: 'failure', message: 'exit 1: no such table' },
    ],
    ['no such command', command, answering(127), { outcome: 'error', message: 'exit 127' }],
    ['a command that hangs', command, failing(new Cul8erError('TIMEOUT', 'x')), { outcome: 'failure' }],
    ['no host', command, failing(new Cul8erError('UNREACHABLE', 'gone')), { outcome: 'error', message: 'gone' }],
    [
      'no agent yet',
      command,
      failing(new Cul8erError('INCUS', "VM agent isn't currently running")),
      { outcome: 'error', pending: true },
    ],
    ['http 200', http, answering(0, '200'), { outcome: 'ok', message: 'HTTP 200' }],
    ['http 503', http, answering(0, '503'), { outcome: 'failure', message: 'HTTP 503' }],
    ['http without an answer', http, answering(7), { outcome: 'failure' }],
    ['http without a program', http, answering(90), { outcome: 'error' }],
    ['http whose answer got lost', http, answering(0), { outcome: 'error' }],
    ['tcp', tcp(5), answering(0), { outcome: 'ok' }],
    ['tcp refused', tcp(5), answering(1), { outcome: 'failure' }],
  ])('%s', async (_, what, by, expected) => {
    expect(await ask(what, { executor: by, address: null, inside: 'instead' })).toMatchObject(expected)
  })
})

describe('what does not answer from outside', () => {
  const http: Probe = { kind: 'http', scheme: 'http', port: 4000, path: '/', expectedStatus: null }
  const grpc: Probe = { kind: 'grpc', scheme: 'grpc', port: 4000, service: '' }
  const expose: ProbeTarget['spec']['expose'] = [
    { port: 80, as: 80, protocol: 'http', host: null, certificate: null, sticky: false },
  ]
  const refused = new Cul8erError('UNREACHABLE', 'refused', { details: { errno: 'ECONNREFUSED' } })
  const noRoute = new Cul8erError('UNREACHABLE', 'no route to it', { details: { errno: 'EHOSTUNREACH' } })
  const reset = new Cul8erError('UNREACHABLE', 'reset', { details: { errno: 'ECONNRESET' } })
  /** Answers of the network one after the other, the last one from then on; and what is said inside. */
  const world = (outside: Error[], inside: { exitCode: number; stdout?: string } | Error) => {
    const asked: string[] = []
    const left = [...outside]
    return {
      asked,
      executor: executor({
        connect: () => {
          asked.push('outside')
          return Promise.reject((left.length > 1 ? left.shift() : left[0]) ?? refused)
        },
        tryRun: async () => {
          asked.push('inside')
          if (inside instanceof Error) throw inside
          return { stdout: '', stderr: '', durationMs: 1, ...inside }
        },
      }),
    }
  }
  const well = { exitCode: 0, stdout: '200' }

  it.each<[string, Probe, Error[], Parameters<typeof world>[1], boolean, object, string]>([
    [
      'healthy inside, nothing exposed',
      http,
      [refused],
      well,
      false,
      { outcome: 'ok', message: 'HTTP 200 (probed inside the instance)' },
      'outside inside',
    ],
    ['tcp inside, nothing exposed', tcp(4000), [refused], { exitCode: 0 }, false, { outcome: 'ok' }, 'outside inside'],
    ['no route, nothing exposed', http, [noRoute], well, false, { outcome: 'ok' }, 'outside inside'],
    [
      'healthy inside, exposed',
      http,
      [refused],
      well,
      true,
      {
        outcome: 'failure',
        message: 'port 4000 listens on loopback only: it answers inside the instance and refuses at 127.0.0.1',
        hint: 'let the app listen on 0.0.0.0 or ::, so that it can be reached from outside the instance',
        answeredInside: true,
      },
      'outside inside outside',
    ],
    [
      'no route, exposed',
      http,
      [noRoute],
      well,
      true,
      { outcome: 'error', message: 'port 4000 answers inside, but not from outside: no route to it' },
      'outside inside outside',
    ],
    [
      'began to listen in between',
      http,
      [refused, reset],
      well,
      true,
      { message: 'connection closed without a response' },
      'outside inside outside',
    ],
    [
      'wrong inside as well',
      http,
      [refused],
      { exitCode: 0, stdout: '503' },
      true,
      { message: 'connection refused' },
      'outside inside',
    ],
    [
      'silent inside as well',
      http,
      [refused],
      { exitCode: 7 },
      false,
      { outcome: 'failure', message: 'connection refused' },
      'outside inside',
    ],
    [
      'nobody to ask inside',
      http,
      [refused],
      new Error('no host'),
      false,
      { outcome: 'failure', message: 'connection refused' },
      'outside inside',
    ],
    [
      'gRPC, which cannot be asked inside',
      grpc,
      [refused],
      { exitCode: 0 },
      false,
      { outcome: 'failure', message: 'connection refused' },
      'outside inside',
    ],
    ['another failure of the network', http, [reset], well, false, { outcome: 'failure' }, 'outside'],
  ])('%s', async (_, what, outside, inside, exposed, expected, order) => {
    const { asked, executor: by } = world(outside, inside)
    const found = await ask(what, { executor: by, spec: exposed ? { ...spec, expose } : spec })
    expect(found).toMatchObject(expected)
    expect(found).not.toHaveProperty('unreached')
    expect(asked.join(' ')).toBe(order)
  })

  it('is not asked inside where that is not wanted', async () => {
    const { asked, executor: by } = world([refused], well)
    expect(await ask(http, { executor: by, inside: 'never' })).toMatchObject({ message: 'connection refused' })
    expect(asked).toEqual(['outside'])
  })
})
