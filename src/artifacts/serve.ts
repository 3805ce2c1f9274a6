import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { isAdmitted } from './token.js'
import type { ListenAt } from './listen.js'
import { ARTIFACT_PATH } from './paths.js'
import type { ArtifactStore } from './store.js'

export interface ServeOptions {
  store: Pick<ArtifactStore, 'path'>
  listen: ListenAt
  /** Any of them admits. */
  tokens: readonly string[]
  /** PEM; absent: plain HTTP. */
  tls?: { cert: string; key: string } | undefined
  /** ms without a byte after which a reader is given up; default a minute. */
  stallMs?: number
}

export interface ServedArtifacts {
  /** The port may have been left to the system. */
  port: number
  close(): Promise<void>
}

/** Readers at a time. */
const READERS = 64
/** One that is gone, or never meant to read, keeps no place from the others: also who has no token can connect. */
const STALL_MS = 60_000
/** ms to say who one is and what one wants. */
const ASK_MS = 10_000

/**
 * Serves artifacts by digest to workers of other machines. Nobody gets anything without the token, not even whether something is there.
 * @throws Error as listening does
 */
export async function serveArtifacts({
  store,
  listen,
  tokens,
  tls,
  stallMs = STALL_MS,
}: ServeOptions): Promise<ServedArtifacts> {
  const answer: RequestListener = (request, response) => {
    const end = (status: number): void => void response.writeHead(status, { 'content-length': 0 }).end()
    const { method = '', url = '', headers } = request
    if (!isAdmitted(headers.authorization, tokens)) return end(401)
    if (method !== 'GET') return end(405)
    const [, sha256] = ARTIFACT_PATH.exec(url) ?? []
    if (sha256 === undefined) return end(404)
    const send = async (): Promise<void> => {
      const path = await store.path(sha256).catch(() => null)
      if (path === null) return end(404)
      const { size } = await stat(path)
      const [, from] = /^bytes=(\d{1,15})-$/.exec(headers.range ?? '') ?? []
      const start = Number(from ?? 0)
      if (start > 0 && start >= size) {
        return void response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 }).end()
      }
      const part = start > 0 ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {}
      response.writeHead(start > 0 ? 206 : 200, {
        ...{ 'content-type': 'application/octet-stream', 'content-length': size - start },
        ...part,
      })
      await pipeline(createReadStream(path, { start }), response)
    }
    // A reader that went away, or a file that did: the other end sees that bytes are missing, and asks again.
    send().catch(() => response.destroy())
  }
  const bounds = { headersTimeout: ASK_MS, requestTimeout: ASK_MS, connectionsCheckingInterval: ASK_MS / 2 }
  const server =
    tls === undefined
      ? createServer(bounds, answer)
      : createSecureServer({ ...tls, ...bounds, handshakeTimeout: ASK_MS }, answer)
  server.setTimeout(stallMs)
  server.maxConnections = READERS
  await listening(server, listen)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listening = (server: Server, { host, port }: ListenAt): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
