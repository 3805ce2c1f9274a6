import { createReadStream } from 'node:fs'
import { request, type IncomingMessage, type RequestOptions } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Cul8erError, messageOf } from '../errors.js'
import type { IncusRequest } from './executor.js'

/**
 * Sends a request to an Incus, its file piece by piece as fast as they are taken.
 * @param way - how the connection is made
 * @throws Cul8erError UNREACHABLE, or the signal's reason
 */
export async function send(
  host: string,
  way: Pick<RequestOptions, 'agent' | 'socketPath' | 'host' | 'port'>,
  { method, path, headers = {}, body, signal }: IncusRequest,
): Promise<IncomingMessage> {
  signal.throwIfAborted()
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const length = {
        ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...(body !== undefined && 'size' in body ? { 'content-length': body.size } : {}),
      }
      const asked = request({ ...way, method, path, headers: { ...headers, ...length }, signal }, resolve)
      asked.once('error', reject)
      if (body === undefined) return void asked.end()
      const file = 'file' in body ? createReadStream(body.file) : Readable.from(body.pieces, { objectMode: false })
      file.on('data', (piece: Uint8Array | string) => body.onPiece?.(piece.length))
      // An answer that comes before the end of the file says why.
      pipeline(file, asked).catch(reject)
    })
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof Cul8erError) throw cause
    throw new Cul8erError('UNREACHABLE', `the Incus of host ${host} did not take a request: ${messageOf(cause)}`, {
      cause,
    })
  }
}
