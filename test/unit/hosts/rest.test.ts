import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readRest } from '../../../src/hosts/rest.js'

const LIMITS = { verb: 'list', timeoutMs: 20, maxOutputBytes: 1_000 }
const response = (...chunks: string[]): IncomingMessage =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage

it('is the answer', async () =>
  expect(
    await readRest(async () => response('{"type":"sync",', '"metadata":{"a":1}}'), { ...LIMITS, timeoutMs: 60_000 }),
  ).toMatchObject({
    stdout: '{"a":1}',
    exitCode: 0,
  }))

describe('a host that neither answers nor ends', () => {
  // Neither heeds the signal: as a request that has no connection yet, and a channel that its server does not close.
  const silent = (): Promise<IncomingMessage> => new Promise(() => {})
  const stalled = async (): Promise<IncomingMessage> => new Readable({ read() {} }) as IncomingMessage

  it.each([
    ['before the answer', silent],
    ['in the middle of it', stalled],
  ])('%s takes no longer than it may, and can be left', async (_, get) => {
    await expect(readRest(get, LIMITS)).rejects.toMatchObject({ code: 'TIMEOUT' })
    const reason = new Error('enough')
    const controller = new AbortController()
    const left = readRest(get, { ...LIMITS, timeoutMs: 60_000, signal: controller.signal })
    controller.abort(reason)
    await expect(left).rejects.toBe(reason)
    const late = readRest(get, { ...LIMITS, timeoutMs: 60_000, signal: AbortSignal.abort(reason) })
    await expect(late).rejects.toBe(reason)
  })
})
