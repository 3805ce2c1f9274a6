import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { imageActivities } from '../../../activities/image-copies.js'
import { Cul8erError } from '../../../src/errors.js'
import type { HostExecutor, IncusRequest } from '../../../src/hosts/executor.js'
import { createImageStore } from '../../../src/images/store.js'
import type { ImageCopy } from '../../../src/plan/image-copies.js'

const BYTES = Buffer.from('a whole image')
const FINGERPRINT = createHash('sha256').update(BYTES).digest('hex')
const ALIAS = 'cul8er/edge'

const answer = (body: Buffer | object, headers: Record<string, string> = {}): IncomingMessage =>
  Object.assign(Readable.from([Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))]), {
    statusCode: 200,
    headers,
  }) as unknown as IncomingMessage

/** An Incus that keeps images, and what it was asked for. */
class Images {
  readonly asked: string[] = []
  readonly images = new Map<string, { bytes: Buffer; properties: string }>()
  readonly aliases = new Map<string, string>()

  constructor(readonly host: string) {}

  executor(): HostExecutor {
    const run: HostExecutor['run'] = async ({ args }) => {
      const said = this.said(args.join(' '))
      return Promise.resolve({ stdout: JSON.stringify(said), stderr: '', durationMs: 0 })
    }
    return { host: this.host, run, request: (request) => this.request(request) } as HostExecutor
  }

  private said(line: string): unknown {
    if (line.includes('/wait')) return { err: '' }
    if (line.startsWith('image list'))
      return [...this.images.keys()].map((fingerprint) => ({
        ...{ fingerprint, type: 'container', size: 1, created_at: '', uploaded_at: '' },
      }))
    if (line.includes('--request=POST')) {
      const { name, target } = JSON.parse(/--data=(\{.*\})/.exec(line)?.[1] ?? '{}') as Record<string, string>
      if (this.aliases.has(name!)) throw new Cul8erError('ALREADY_EXISTS', 'there')
      return this.aliases.set(name!, target!)
    }
    if (this.aliases.has(ALIAS)) return { target: this.aliases.get(ALIAS) }
    throw new Cul8erError('NOT_FOUND', 'no alias')
  }

  private async request({ method, path, body, headers = {} }: IncusRequest): Promise<IncomingMessage> {
    this.asked.push(`${method} ${path}`)
    if (method === 'GET') return answer(this.images.get(path.split('/')[3] ?? '')!.bytes)
    const bytes = await readFile((body as { file: string }).file)
    this.images.set(headers['x-incus-fingerprint']!, { bytes, properties: headers['x-incus-properties']! })
    return answer({ operation: '/1.0/operations/1' })
  }
}

let folder: string
let from: Images
let to: Images

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-copies-'))
  from = new Images('h1')
  to = new Images('h2')
  from.images.set(FINGERPRINT, { bytes: BYTES, properties: '' })
})
afterEach(() => rm(folder, { recursive: true }))

const copy: ImageCopy = {
  ...{ image: ALIAS, host: 'h2', project: null, from: 'h1', fingerprint: FINGERPRINT, sizeBytes: BYTES.length },
  properties: { 'cul8er.hash': 'v1-2026-11', description: 'an edge' },
}

function copying(): () => Promise<{ copied: boolean }> {
  const all = { h1: from, h2: to } as Record<string, Images>
  const deps = {
    executorFor: (name: string) => all[name]!.executor(),
    images: createImageStore(join(folder, 'images')),
  } as unknown as ActivityDeps
  const { copyImage } = imageActivities(deps)
  const via = { address: 'x' } as never
  return () => new MockActivityEnvironment().run(copyImage, { host: 'h2', via, copy, from: { host: 'h1', via } })
}

it('copies an image with its properties, once for two that ask at once, and not again', async () => {
  const ask = copying()
  expect(await Promise.all([ask(), ask()])).toEqual([{ copied: true }, { copied: false }])
  expect(await ask()).toEqual({ copied: false })
  expect(from.asked).toEqual([`GET /1.0/images/${FINGERPRINT}/export`])
  expect(to.asked).toEqual(['POST /1.0/images'])
  expect(to.images.get(FINGERPRINT)).toEqual({
    bytes: BYTES,
    properties: 'cul8er.hash=v1-2026-11&description=an+edge',
  })
  expect(to.aliases.get(ALIAS)).toBe(FINGERPRINT)
})

it('names what the host has without a name', async () => {
  to.images.set(FINGERPRINT, { bytes: BYTES, properties: '' })
  expect(await copying()()).toEqual({ copied: true })
  expect([from.asked, to.asked]).toEqual([[], []])
  expect(to.aliases.get(ALIAS)).toBe(FINGERPRINT)
})

it('leaves another image under the name as it is', async () => {
  to.aliases.set(ALIAS, 'another')
  expect(await copying()()).toEqual({ copied: false })
  expect(to.aliases.get(ALIAS)).toBe('another')
})

it('sends nothing on whose bytes are not those of the fingerprint', async () => {
  from.images.set(FINGERPRINT, { bytes: Buffer.from('others'), properties: '' })
  await expect(copying()()).rejects.toMatchObject({ type: 'ARTIFACT_BROKEN' })
  expect(to.asked).toEqual([])
})
