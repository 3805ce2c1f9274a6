import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Payload } from '@temporalio/common'
import { readBounded } from '../files/read-bounded.js'
import { derivedKey } from '../secrets/derived-key.js'
import { EncryptingCodec } from './encryption.js'

export interface DecoderOptions {
  /** The seal key. */
  key: Uint8Array
  former?: readonly Uint8Array[]
  /** Pages that may read answers, as `http://HOST:PORT`: where the Web UI is. */
  origins: readonly string[]
  /** Bytes of a question; the default is far above a page of a history, and a payload has 2 MiB at most. */
  most?: number
}

const MOST_BYTES = 64 * 1024 * 1024

/** What lets one in; the same for all who have the key, so that the Web UI need be told once. */
export const decoderToken = (key: Uint8Array): string => derivedKey(key, 'decoder').toString('base64url')

/**
 * Opens encrypted payloads for the Web UI: Temporal's remote codec protocol, `POST …/decode`, in one direction only. The token is the
 * first part of the path, since a Web UI without logins has no header to send, or a bearer's.
 */
export function createDecoder({ key, former = [], origins, most = MOST_BYTES }: DecoderOptions): Server {
  const codec = new EncryptingCodec({ key, former, encrypt: false })
  const token = Buffer.from(decoderToken(key))
  return createServer((request, response) => {
    answer(request, { codec, token, origins, most }).then(
      ({ status, body = '' }) => response.writeHead(status, headersFor(request, origins)).end(body),
      () => refuse(response),
    )
  })
}

interface Answer {
  status: number
  body?: string
}

async function answer(
  request: IncomingMessage,
  { codec, token, origins, most }: { codec: EncryptingCodec; token: Buffer; origins: readonly string[]; most: number },
): Promise<Answer> {
  const { method, headers, url = '' } = request
  // What a page asks before it sends anything: it carries no token.
  if (method === 'OPTIONS') return { status: isAllowed(headers.origin, origins) ? 204 : 403 }
  const [, first = '', second] = url.split('?')[0]!.split('/')
  const said = second === undefined ? (/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '') : first
  if (!isToken(said, token)) return { status: 401 }
  if (headers.origin !== undefined && !isAllowed(headers.origin, origins)) return { status: 403 }
  if ((second ?? first) !== 'decode') return { status: 404 }
  if (method !== 'POST') return { status: 405 }
  const body = await readBounded(request as AsyncIterable<Buffer>, most)
  if (body === null) return { status: 413 }
  const payloads = parse(body.toString())
  if (payloads === null) return { status: 400 }
  return { status: 200, body: JSON.stringify({ payloads: (await codec.decode(payloads)).map(shown) }) }
}

const isAllowed = (origin: string | undefined, origins: readonly string[]): boolean =>
  origin !== undefined && origins.includes(origin)

function isToken(said: string, token: Buffer): boolean {
  const given = Buffer.from(said)
  return given.length === token.length && timingSafeEqual(given, token)
}

/** Payloads in protobuf's JSON; null for what is none. */
function parse(body: string): Payload[] | null {
  try {
    const { payloads } = JSON.parse(body) as { payloads?: { metadata?: Record<string, string>; data?: string }[] }
    if (!Array.isArray(payloads)) return null
    return payloads.map(({ metadata = {}, data = '' }) => ({
      metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, bytes(value)])),
      data: bytes(data),
    }))
  } catch {
    return null
  }
}

const shown = ({ metadata, data }: Payload): object => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  data: base64(data ?? new Uint8Array()),
})

/** @throws TypeError for what is no text: Buffer.from would take a length, too */
function bytes(text: unknown): Buffer {
  if (typeof text !== 'string') throw new TypeError('no text')
  return Buffer.from(text, 'base64')
}
const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')

function headersFor({ headers: { origin } }: IncomingMessage, origins: readonly string[]): Record<string, string> {
  const common = { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'Origin' }
  if (!isAllowed(origin, origins)) return common
  return {
    ...common,
    'access-control-allow-origin': origin!,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
    'access-control-allow-credentials': 'true',
    // A page of a private network that asks loopback.
    'access-control-allow-private-network': 'true',
  }
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.writeHead(400).end()
}
