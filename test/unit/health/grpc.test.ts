import { createServer, type Server as TcpServer, type AddressInfo } from 'node:net'
import { createServer as createHttp } from 'node:http'
import { Server, ServerCredentials, status, type ServiceDefinition } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { probe } from '../../../src/health/probe.js'
import { dial } from '../../../src/hosts/dial.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { certificate } from './certificate.js'

const none = (): never => {
  throw new Error('not expected')
}
const executor: HostExecutor = { host: 'h', run: none, tryRun: none, connect: dial, close: async () => {} }

const HEALTH: ServiceDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (value: Buffer) => value,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (value: Buffer) => value,
  },
}

/** What a real server says to each service's name. */
const LONG = `shop.${'x'.repeat(150)}`
const ANSWERS: Record<string, number[] | number | null> = {
  '': [8, 1],
  [LONG]: [8, 1],
  'shop.Cart': [8, 2],
  'shop.Unset': [],
  'shop.Unknown': [8, 3],
  'shop.Rubbish': [0xff, 0xff],
  'shop.Secret': status.PERMISSION_DENIED,
  'shop.Silent': null,
}

/** Reads the one field of a request as protobuf does. */
function serviceOf(message: Buffer): string {
  if (message.length === 0) return ''
  const long = (message[1] ?? 0) >= 0x80
  return message.subarray(long ? 3 : 2).toString()
}

describe('a gRPC probe', () => {
  const servers: Server[] = []
  const others: TcpServer[] = []
  const ports = { health: 0, tls: 0, bare: 0, http1: 0, closes: 0 }

  beforeAll(async () => {
    const serve = async (credentials: ServerCredentials, withHealth: boolean): Promise<number> => {
      const server = new Server()
      servers.push(server)
      if (withHealth)
        server.addService(HEALTH, {
          check: (
            { request }: { request: Buffer },
            answer: (error: { code: number; details: string } | null, value?: Buffer) => void,
          ) => {
            const found = ANSWERS[serviceOf(request)]
            if (found === null) return
            if (found === undefined) answer({ code: status.NOT_FOUND, details: 'unknown service' })
            else if (typeof found === 'number') answer({ code: found, details: 'no entry: ä' })
            else answer(null, Buffer.from(found))
          },
        })
      return new Promise((resolve, reject) =>
        server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error === null ? resolve(port) : reject(error))),
      )
    }
    const listen = async (server: TcpServer): Promise<number> => {
      others.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return (server.address() as AddressInfo).port
    }
    const { key, cert } = await certificate()
    const tls = ServerCredentials.createSsl(null, [{ private_key: Buffer.from(key), cert_chain: Buffer.from(cert) }])
    ports.health = await serve(ServerCredentials.createInsecure(), true)
    ports.tls = await serve(tls, true)
    ports.bare = await serve(ServerCredentials.createInsecure(), false)
    ports.http1 = await listen(createHttp((_, response) => response.end('hello')))
    ports.closes = await listen(createServer((socket) => socket.destroy()))
  })
  afterAll(() => {
    servers.forEach((server) => server.forceShutdown())
    others.forEach((server) => server.close())
  })

  it.each<[string, keyof typeof ports | number, string, 'grpc' | 'grpcs', string, string]>([
    ['a server that serves', 'health', '', 'grpc', 'ok', 'SERVING'],
    ['a service with a long name', 'health', LONG, 'grpc', 'ok', 'SERVING'],
    ['a service that does not serve', 'health', 'shop.Cart', 'grpc', 'failure', 'NOT_SERVING'],
    ['a status that is not set', 'health', 'shop.Unset', 'grpc', 'failure', 'UNKNOWN'],
    ['a service unknown to the health service', 'health', 'shop.Unknown', 'grpc', 'failure', 'SERVICE_UNKNOWN'],
    [
      'a service that is not found',
      'health',
      'shop.None',
      'grpc',
      'failure',
      'NOT_FOUND: its health service does not know "shop.None"',
    ],
    ['another message', 'health', 'shop.Rubbish', 'grpc', 'failure', 'an answer that is not of grpc.health.v1.Health'],
    ['a refusal with words', 'health', 'shop.Secret', 'grpc', 'failure', 'PERMISSION_DENIED: no entry: ä'],
    ['no answer', 'health', 'shop.Silent', 'grpc', 'failure', 'no answer within 500 ms'],
    [
      'a server without a health service',
      'bare',
      '',
      'grpc',
      'failure',
      'UNIMPLEMENTED: the server has no grpc.health.v1.Health',
    ],
    ['TLS, not verified', 'tls', '', 'grpcs', 'ok', 'SERVING'],
    ['TLS asked of a server without', 'health', '', 'grpcs', 'failure', 'not the expected protocol'],
    ['HTTP/1', 'http1', '', 'grpc', 'failure', 'not the expected protocol'],
    ['a connection that is closed', 'closes', '', 'grpc', 'failure', 'connection closed without a response'],
    ['a port where nobody listens', 1, '', 'grpc', 'failure', 'connection refused'],
  ])('%s', async (_, at, service, scheme, outcome, message) => {
    const found = await probe(
      { kind: 'grpc', scheme, port: typeof at === 'number' ? at : ports[at], service },
      {
        spec: { name: 'shop', project: null, resource: 'web', release: null },
        address: '127.0.0.1',
        executor,
        inside: 'never',
      },
      { timeoutMs: 500 },
    )
    expect(found).toMatchObject({ outcome, message: expect.stringContaining(message) as string })
    expect(found.durationMs).toBeLessThan(1_500)
  })
})
