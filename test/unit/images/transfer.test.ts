import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import type { IncusRequest } from '../../../src/hosts/executor.js'
import { exportImage, importImage } from '../../../src/images/transfer.js'

const FINGERPRINT = 'a'.repeat(64)
const how = { signal: new AbortController().signal }
const PIECES = 4_000

/** A host that answers anything with far too much; `given`: bytes of it that were read. */
function endless(statusCode: number): {
  given: () => number
  request: (asked: IncusRequest) => Promise<IncomingMessage>
} {
  let given = 0
  function* pieces(): Generator<Buffer> {
    for (let i = 0; i < PIECES; i += 1) {
      given += 16_384
      yield Buffer.alloc(16_384, 'x')
    }
  }
  const answer = Object.assign(Readable.from(pieces()), { statusCode, headers: {} }) as unknown as IncomingMessage
  return { given: () => given, request: async () => Promise.resolve(answer) }
}

it('reads no more of a refusal than it shows', async () => {
  const { request, given } = endless(404)
  await expect(exportImage({ host: 'h1', request }, FINGERPRINT, how)).rejects.toMatchObject({
    code: 'IMAGE_NOT_FOUND',
  })
  expect(given()).toBeLessThan(1024 * 1024)
})

it('reads no more of the answer to an upload than Incus would say', async () => {
  const { request, given } = endless(202)
  const to = { host: 'h2', request, run: () => Promise.reject(new Error('nothing was begun')) }
  const file = { path: '/dev/null', size: 0 }
  const image = { fingerprint: FINGERPRINT, file, project: null, properties: {} }
  await expect(importImage(to, image, how)).rejects.toMatchObject({ code: 'INCUS' })
  expect(given()).toBeLessThan(1024 * 1024)
})
