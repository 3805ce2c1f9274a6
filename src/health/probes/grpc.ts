import * as z from 'zod'
import { port, section } from '../../topology/schema/words.js'
import type { Finding } from '../model.js'
import type { Http2Answer, ProbeKind } from './kind.js'

export interface GrpcProbe {
  kind: 'grpc'
  scheme: 'grpc' | 'grpcs'
  port: number
  /** Empty: the server as a whole. */
  service: string
}

const SERVICE = /^[\w.-]{0,200}$/

/** `grpc.health.v1.Health/Check`: SERVING is healthy (grpc/grpc doc/health-checking.md). */
export const grpc = {
  kind: 'grpc',
  written: {
    by: 'endpoint',
    schemes: { grpc: null, grpcs: null },
    form: 'grpc(s)://localhost:PORT/service',
    read: ({ scheme, port, path }) => {
      const service = path.replace(/^\//, '')
      return SERVICE.test(service)
        ? { kind: 'grpc', scheme: scheme === 'grpcs' ? 'grpcs' : 'grpc', port, service }
        : null
    },
    write: ({ scheme, port, service }) => ({
      endpoint: `${scheme}://localhost:${port}${service === '' ? '' : `/${service}`}`,
    }),
  },
  options: {},
  normalised: section({
    kind: z.literal('grpc'),
    scheme: z.enum(['grpc', 'grpcs']),
    port: port(),
    service: z.string().regex(SERVICE, { error: 'the name of a gRPC service' }),
  }),
  asked: {
    from: 'network',
    port: ({ port }) => port,
    ask: async ({ scheme, port, service }, network) => {
      const answer = await network.post2({
        tls: scheme === 'grpcs',
        port,
        path: '/grpc.health.v1.Health/Check',
        headers: { 'content-type': 'application/grpc', te: 'trailers' },
        body: framed(request(service)),
      })
      return judged(answer, service)
    },
    // No image has what it takes to speak it.
    askInside: async ({ port }, inside) =>
      (await inside.listens(port))
        ? { outcome: 'error', message: `port ${port} listens inside, where gRPC cannot be probed` }
        : { outcome: 'failure', message: `no answer on port ${port}` },
  },
} satisfies ProbeKind<GrpcProbe>

function judged({ status, headers, body }: Http2Answer, service: string): Finding {
  const code = headers['grpc-status']
  if (status !== 200) return failure(`HTTP ${status} instead of a gRPC answer`)
  if (code === undefined) return failure('an answer that is not gRPC')
  if (code === '0') {
    const found = servingStatus(body)
    if (found === null) return failure('an answer that is not of grpc.health.v1.Health')
    const name = SERVING_STATUS[found] ?? `status ${found}`
    return name === 'SERVING' ? { outcome: 'ok', message: name } : failure(name)
  }
  const name = CODES[Number(code)] ?? `gRPC status ${code.slice(0, 20)}`
  if (name === 'UNIMPLEMENTED') return failure(`${name}: the server has no grpc.health.v1.Health`)
  if (name === 'NOT_FOUND') return failure(`${name}: its health service does not know ${JSON.stringify(service)}`)
  const said = spoken(headers['grpc-message'] ?? '')
  return failure(said === '' ? name : `${name}: ${said}`)
}

const failure = (message: string): Finding => ({ outcome: 'failure', message })

/** A message is percent-encoded on its way. */
function spoken(message: string): string {
  try {
    return decodeURIComponent(message)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .slice(0, 200)
  } catch {
    return message.slice(0, 200)
  }
}

/* health.proto: message HealthCheckRequest { string service = 1; }, message HealthCheckResponse { ServingStatus status = 1; } */

const SERVING_STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']

/** A field of kind 2 (bytes): its tag, its length, itself. A service's name is shorter than two bytes of length tell. */
function request(service: string): Uint8Array {
  const name = new TextEncoder().encode(service)
  if (name.length === 0) return name
  const length = name.length < 0x80 ? [name.length] : [(name.length & 0x7f) | 0x80, name.length >> 7]
  return Uint8Array.from([0x0a, ...length, ...name])
}

/** Not compressed, then its length in four bytes. */
function framed(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(5 + message.length)
  new DataView(frame.buffer).setUint32(1, message.length)
  frame.set(message, 5)
  return frame
}

/** The status of a framed response, 0 where it says none; null: it is no such message. */
function servingStatus(body: Uint8Array): number | null {
  if (body.length < 5 || body[0] !== 0) return null
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1)
  const message = body.subarray(5, 5 + length)
  if (message.length !== length) return null
  if (length === 0) return 0
  return message[0] === 0x08 && message[1] !== undefined && message[1] < 0x80 ? message[1] : null
}

/** gRPC status codes (grpc/grpc doc/statuscodes.md). */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
