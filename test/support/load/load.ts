import * as http from 'node:http'
import type { IncomingMessage } from 'node:http'
import * as https from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Tally, type Failure, type LoadReport } from './report.js'

/** One kind of request in the mix. */
export interface RequestKind {
  name: string
  method: 'GET' | 'POST'
  path: string
  /** Its part of all requests, relative to the other kinds. */
  share: number
  /** POST: sent, with the request's number appended. */
  body?: string
  /** Whether the answer is right; default: a 2xx status is enough, and for a POST that it contains what was sent. */
  expect?: (answer: string, sent: string) => boolean
}

export interface LoadOptions {
  /** `http://127.0.0.1:PORT`; over TLS any certificate is good enough. */
  url: string
  /** Requests a second. */
  rate: number
  mix: RequestKind[]
  headers?: Record<string, string>
  /** Which server answered, from header `x-server` unless told otherwise. */
  serverOf?: (answer: IncomingMessage, body: string) => string
  /** false: a connection for each request. Default true: kept, and as many as are needed. */
  kept?: boolean
  /** A request that takes longer has failed. Default 30 s. */
  timeoutMs?: number
}

export interface Load {
  /** So far. */
  readonly sent: number
  /** Sends no more, waits for every answer, and reports. */
  stop(): Promise<LoadReport>
}

/**
 * Open-loop load: request n is due at n / rate seconds, whether the ones before it have been answered or not, so a stall of the
 * server shows as latency and failures and never as fewer requests. Connections are kept alive and as many as are needed.
 */
export function startLoad(options: LoadOptions): Load {
  const { rate, mix, kept = true, timeoutMs = 30_000 } = options
  // fifo: every connection is used in turn, so none lies idle until the server gives up on it.
  const connections = { keepAlive: kept, maxSockets: Infinity, maxFreeSockets: 1024, scheduling: 'fifo' } as const
  const isTls = options.url.startsWith('https:')
  const agent = isTls ? new https.Agent({ ...connections, rejectUnauthorized: false }) : new http.Agent(connections)
  const { request } = isTls ? https : http
  const tally = new Tally()
  const started = performance.now()
  const next = rotation(mix)
  const timer = setInterval(sendDue, 5)

  function sendDue(): void {
    const now = performance.now() - started
    for (let due = (tally.sent / rate) * 1000; due <= now; due = (tally.sent / rate) * 1000) {
      tally.lateMs = Math.max(tally.lateMs, now - due)
      tally.sent += 1
      send(next(), tally.sent)
    }
  }

  function send(kind: RequestKind, number: number): void {
    const body = kind.method === 'POST' ? `${kind.body ?? 'request'} ${number}` : ''
    const at = performance.now() - started
    let ended = false
    const end = (failure: Failure | null, detail: string, server = ''): void => {
      if (ended) return
      ended = true
      clearTimeout(limit)
      if (failure === null) tally.good(kind.name, server, performance.now() - started - at)
      else tally.bad({ kind: failure, request: `${kind.method} ${kind.path}`, at: Math.round(at), detail })
    }
    const limit = setTimeout(() => {
      end('timeout', `no whole answer after ${timeoutMs} ms`)
      outgoing.destroy()
    }, timeoutMs)
    const outgoing = request(new URL(kind.path, options.url), {
      agent,
      method: kind.method,
      headers: { ...options.headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }) },
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      end(failureOf(error), `${error.code ?? ''} ${error.message}`),
    )
    outgoing.on('response', (answer) => {
      text(answer).then(
        (said) => judge(answer, said),
        (error: Error) => end('truncated', error.message),
      )
    })
    outgoing.end(body)

    function judge(answer: IncomingMessage, said: string): void {
      const status = answer.statusCode ?? 0
      const server = options.serverOf?.(answer, said) ?? String(answer.headers['x-server'] ?? '')
      const right = kind.expect?.(said, body) ?? (kind.method === 'GET' || said.includes(body))
      if (status < 200 || status > 299) end('status', `${status} ${said.slice(0, 200)}`)
      else if (!right) end('mismatch', said.slice(0, 200))
      else end(null, '', server)
    }
  }

  return {
    get sent() {
      return tally.sent
    },
    async stop() {
      clearInterval(timer)
      while (tally.ended < tally.sent) await sleep(20)
      agent.destroy()
      return tally.report(performance.now() - started)
    },
  }
}

const failureOf = ({ code }: NodeJS.ErrnoException): Failure =>
  code === 'ECONNREFUSED' ? 'refused' : code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'other'

/** The kinds in turn, spread evenly by their shares (smooth weighted round robin, as nginx does it). */
function rotation(mix: RequestKind[]): () => RequestKind {
  const credits = mix.map((kind) => ({ kind, credit: 0 }))
  const total = mix.reduce((sum, { share }) => sum + share, 0)
  return () => {
    for (const entry of credits) entry.credit += entry.kind.share
    const chosen = credits.reduce((best, entry) => (entry.credit > best.credit ? entry : best))
    chosen.credit -= total
    return chosen.kind
  }
}
