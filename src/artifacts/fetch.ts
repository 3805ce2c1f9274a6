import { open, stat } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Cul8erError, messageOf } from '../errors.js'
import { artifactPath } from './paths.js'

/** An artifact store of another worker. */
export interface ArtifactSource {
  url: URL
  token: string
}

/** ms without a byte after which the other end is given up. */
const STALL_MS = 20_000

/**
 * Brings an artifact into a file, going on where an earlier try ended. Its digest is not looked at.
 * @throws Cul8erError ARTIFACT_MISSING, PERMISSION, UNREACHABLE: what came so far stays; or the signal's reason
 */
export async function fetchArtifact(
  { url, token }: ArtifactSource,
  sha256: string,
  file: string,
  signal?: AbortSignal,
): Promise<void> {
  const had = await sizeOf(file)
  // Resolved as a reference, a path of two slashes would name another host.
  const from = new URL(url)
  from.pathname = `${url.pathname.replace(/\/+$/, '')}${artifactPath(sha256)}`
  const headers = { authorization: `Bearer ${token}`, ...(had > 0 ? { range: `bytes=${had}-` } : {}) }
  try {
    const answer = await answerTo(from, headers, signal)
    const { statusCode = 0 } = answer
    if (statusCode === 416) {
      // There is all of it, or more than there should be: the digest tells.
      answer.resume()
      return
    }
    if (statusCode !== 200 && statusCode !== 206) {
      answer.resume()
      throw refused(statusCode, sha256, url)
    }
    const flags = statusCode === 206 ? 'a' : 'w'
    await append(file, flags, answer)
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Cul8erError || isOfDisk(error)) throw error
    throw new Cul8erError('UNREACHABLE', `the artifact store ${url.origin} gave no answer: ${messageOf(error)}`, {
      hint: 'CUL8ER_ARTIFACTS names it; the worker that serves it has CUL8ER_ARTIFACTS_LISTEN',
      cause: error,
    })
  }
}

/** Piece by piece: what came before the connection ended is on the disk. */
async function append(file: string, flags: 'a' | 'w', pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await open(file, flags, 0o600)
  try {
    for await (const piece of pieces) await handle.appendFile(piece)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function answerTo(url: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<IncomingMessage> {
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const asked = ask(url, { headers, ...(signal === undefined ? {} : { signal }), agent: false })
    asked.setTimeout(STALL_MS, () => asked.destroy(new Error(`no byte for ${STALL_MS / 1000} s`)))
    asked.once('error', reject)
    asked.once('response', resolve)
    asked.end()
  })
}

function refused(status: number, sha256: string, { origin }: URL): Cul8erError {
  if (status === 404) {
    return new Cul8erError('ARTIFACT_MISSING', `no artifact ${sha256.slice(0, 12)}… in the store ${origin}`, {
      hint: 'deploy again from where the tarball is; the worker that serves the store and the commands must share one home',
    })
  }
  if (status === 401) {
    return new Cul8erError('PERMISSION', `the artifact store ${origin} refused the token`, {
      hint: 'all workers need the same CUL8ER_SEAL_KEY, or the same CUL8ER_ARTIFACTS_TOKEN where one is set',
    })
  }
  return new Cul8erError('UNREACHABLE', `the artifact store ${origin} answered HTTP ${status}`)
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EROFS', 'EDQUOT', 'EACCES'].includes(String(error.code))

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )
