import { createServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createWeb, type Server as Web } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionOutcome } from '../../../src/health/connection-errors.js'
import { probe } from '../../../src/health/probe.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { startSshd, type Sshd } from '../../support/sshd.js'
import { overSsh } from './executor.js'

/* Connections to instances are made from the host. */

let sshd: Sshd
let shut: Sshd
let web: Web
let silent: Server
let host: HostExecutor

const portOf = (server: Server | Web): number => (server.address() as AddressInfo).port

beforeAll(async () => {
  sshd = await startSshd()
  shut = await startSshd(['AllowTcpForwarding no'])
  web = createWeb((_, response) => response.writeHead(204).end())
  silent = createServer(() => {})
  for (const server of [web, silent]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  host = overSsh(sshd)
})
afterAll(async () => {
  await host.close()
  web.close()
  silent.close()
  await Promise.all([sshd.close(), shut.close()])
})

const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'connected',
    (error: unknown) => error,
  )

describe('a probe over SSH', () => {
  const ask = (port: number, timeoutMs = 5_000) =>
    probe(
      { kind: 'http', scheme: 'http', port, path: '/', expectedStatus: null },
      {
        spec: { name: 'shop-app', project: null, resource: 'app', release: null },
        address: '127.0.0.1',
        executor: host,
        inside: 'never',
      },
      { timeoutMs },
    )

  it('gets an answer', async () => expect(await ask(portOf(web))).toMatchObject({ outcome: 'ok' }))

  it('is refused', async () =>
    expect(await ask(1)).toMatchObject({ outcome: 'failure', message: 'connection refused' }))

  it('has its time limit', async () =>
    expect(await ask(portOf(silent), 300)).toMatchObject({ outcome: 'failure', message: 'no answer within 300 ms' }))
})

it.each([['127.0.0.1', 1, 'ECONNREFUSED', 'refused']])(
  'says why %s:%s cannot be reached: %s',
  async (address, port, errno, unreached) => {
    const error = await thrown(host.connect(address, port))
    expect(error).toMatchObject({ code: 'UNREACHABLE', details: { errno } })
    expect(connectionOutcome(error)).toMatchObject({ unreached })
  },
)

it('a server that makes no connections says so, and is no refusal of the app', async () => {
  const other = overSsh(shut)
  const error = await thrown(other.connect('127.0.0.1', portOf(web)))
  expect(error).toMatchObject({
    code: 'UNREACHABLE',
    message: expect.stringContaining('host web does not connect to 127.0.0.1') as string,
    hint: expect.stringContaining('AllowTcpForwarding') as string,
  })
  expect(connectionOutcome(error)).toMatchObject({ outcome: 'error' })
  expect(connectionOutcome(error).unreached).toBeUndefined()
  await other.close()
})

describe('a host that cannot be reached is no refusal of the app', () => {
  it.each([
    ['nothing listens', 'root@127.0.0.1:1', /nothing listens at port 1$/],
    [
      'its name is not found',
      'root@no-such-host.invalid',
      /the name no-such-host\.invalid (is not found|could not be looked up)$/,
    ],
  ])('where %s', async (_, address, message) => {
    const away = overSsh(sshd, { address })
    const error = await thrown(away.connect('127.0.0.1', portOf(web)))
    expect(error).toMatchObject({ code: 'UNREACHABLE', message: expect.stringMatching(message) as string })
    expect(connectionOutcome(error).unreached).toBeUndefined()
    expect(connectionOutcome(error).outcome).toBe('error')
    await away.close()
  })

  it('where something else answers', async () => {
    const away = overSsh(sshd, { address: `root@127.0.0.1:${portOf(web)}` })
    const error = await thrown(away.run({ args: ['version'] }))
    expect(error).toMatchObject({ code: 'UNREACHABLE' })
    await away.close()
  })
})
