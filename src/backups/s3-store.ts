import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import { Cul8erError, messageOf } from '../errors.js'
import { checked, notThere } from './folder-store.js'
import { MANIFEST } from './manifest.js'
import { isBackupId } from './names.js'
import type { BackupStore } from './store.js'

/** How a bucket is reached. */
export interface S3Place {
  bucket: string
  /** Without slashes at its ends; '': none. */
  prefix: string
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
}

/** Bytes of one part of an upload: this much is in memory. S3 takes 10,000 of them, and 5 MiB at least. */
const PART_BYTES = 16 * 1024 * 1024
/** After so many parts they are twice as large. */
const LARGER_AFTER = 2_000
/** ms for one request without a body to read. */
const REQUEST_MS = 5 * 60_000

/** Backups in S3-compatible storage: the manifest, which is written last, makes one whole. */
export function createS3Store(place: S3Place): BackupStore {
  const { bucket, prefix, endpoint, region, accessKey, secretKey } = place
  const client = new AwsClient({
    ...{ accessKeyId: accessKey, secretAccessKey: secretKey, service: 's3', region, retries: 4 },
  })
  const root = `${endpoint.replace(/\/+$/, '')}/${bucket}`
  const words = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`} at ${endpoint}`
  const folderOf = (topology: string): string => `${prefix === '' ? '' : `${prefix}/`}${topology}/`
  const keyOf = (topology: string, id: string, file: string): string => `${folderOf(topology)}${checked(id)}/${file}`

  /** @throws Cul8erError where the storage refuses it; null for what is not there */
  async function ask(
    method: string,
    path: string,
    { signal, body, streamed = false }: { signal: AbortSignal; body?: Uint8Array<ArrayBuffer>; streamed?: boolean },
  ): Promise<Response | null> {
    // One whose answer is read bit by bit may take as long as it moves.
    const limit = streamed ? signal : AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)])
    let answer: Response
    try {
      answer = await client.fetch(`${root}${path}`, {
        method,
        signal: limit,
        redirect: 'error',
        headers: {
          'x-amz-content-sha256': createHash('sha256')
            .update(body ?? '')
            .digest('hex'),
        },
        ...(body === undefined ? {} : { body }),
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw new Cul8erError('UNREACHABLE', `the storage of ${words} gives no answer: ${messageOf(cause)}`, { cause })
    }
    if (answer.ok) return answer
    const said = (await answer.text().catch(() => '')).slice(0, 4_000)
    const code = one(said, 'Code')
    if (answer.status === 404 && (code === null || MISSING.has(code))) return null
    const why = [code ?? `HTTP ${answer.status}`, one(said, 'Message')].filter(Boolean).join(': ')
    const known = REFUSED[code ?? ''] ?? (answer.status === 403 ? 'check the keys, and what they may do' : undefined)
    throw new Cul8erError(
      known === undefined ? 'UNREACHABLE' : 'PERMISSION',
      `the storage of ${words} refused: ${why}`,
      {
        ...(known === undefined ? {} : { hint: known }),
      },
    )
  }

  async function must(...request: Parameters<typeof ask>): Promise<Response> {
    const answer = await ask(...request)
    if (answer !== null) return answer
    throw new Cul8erError('UNREACHABLE', `the storage of ${words} does not have what was just written there`)
  }

  /** Every key below a prefix. */
  async function keys(below: string, signal: AbortSignal): Promise<string[]> {
    const all: string[] = []
    let token: string | null = null
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix: below })
      if (token !== null) query.set('continuation-token', token)
      const said = await (await must('GET', `?${query}`, { signal })).text()
      all.push(...each(said, 'Key'))
      token = one(said, 'NextContinuationToken')
    } while (token !== null)
    return all
  }

  /** Uploads that were begun and not completed. */
  async function uploads(below: string, signal: AbortSignal): Promise<{ key: string; upload: string }[]> {
    const query = new URLSearchParams({ uploads: '', prefix: below })
    const said = await (await must('GET', `?${query}`, { signal })).text()
    return each(said, 'Upload', false).flatMap((text) => {
      const [key, upload] = [one(text, 'Key'), one(text, 'UploadId')]
      return key !== null && upload !== null && key.startsWith(below) ? [{ key, upload }] : []
    })
  }

  async function put(key: string, from: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
    let upload: string | null = null
    const parts: string[] = []
    let size = 0
    for await (const { bytes, last } of inParts(from, () => parts.length)) {
      size += bytes.length
      if (last && upload === null) {
        await must('PUT', `/${key}`, { signal, body: bytes })
        return size
      }
      if (upload === null) {
        upload = one(await (await must('POST', `/${key}?uploads=`, { signal })).text(), 'UploadId')
        if (upload === null) throw new Cul8erError('UNREACHABLE', `the storage of ${words} began no upload`)
      }
      const query = new URLSearchParams({ partNumber: String(parts.length + 1), uploadId: upload })
      const tag = (await must('PUT', `/${key}?${query}`, { signal, body: bytes })).headers.get('etag')
      if (tag === null) throw new Cul8erError('UNREACHABLE', `the storage of ${words} did not confirm a part`)
      parts.push(tag)
    }
    const list = parts.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escaped(tag)}</ETag></Part>`)
    const body = Buffer.from(`<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`)
    const done = await must('POST', `/${key}?${new URLSearchParams({ uploadId: upload ?? '' })}`, { signal, body })
    // A failure may come after the status.
    const said = await done.text()
    if (one(said, 'Code') !== null && one(said, 'ETag') === null) {
      throw new Cul8erError('UNREACHABLE', `the storage of ${words} did not complete an upload: ${one(said, 'Code')}`)
    }
    return size
  }

  const ids = async (topology: string, signal: AbortSignal): Promise<Map<string, Set<string>>> => {
    const found = new Map<string, Set<string>>()
    const below = folderOf(topology)
    for (const key of await keys(below, signal)) {
      const [id = '', file = '', ...more] = key.slice(below.length).split('/')
      if (!isBackupId(id) || more.length > 0) continue
      found.set(id, (found.get(id) ?? new Set()).add(file))
    }
    return found
  }

  return {
    words,

    list: async (topology, signal) =>
      [...(await ids(topology, signal))].flatMap(([id, files]) => (files.has(MANIFEST) ? [id] : [])),

    async begun(topology, signal) {
      const below = folderOf(topology)
      const files = [...(await ids(topology, signal))].flatMap(([id, has]) => (has.has(MANIFEST) ? [] : [id]))
      const open = (await uploads(below, signal)).map(({ key }) => key.slice(below.length).split('/')[0] ?? '')
      return [...new Set([...files, ...open])].filter(isBackupId)
    },

    begin: async (topology, id, signal) => ({
      put: (file, from) => put(keyOf(topology, id, file), from, signal),
      commit: async (file, text) => {
        await must('PUT', `/${keyOf(topology, id, file)}`, { signal, body: Buffer.from(text) })
      },
    }),

    async read(topology, id, file, signal) {
      const answer = await ask('GET', `/${keyOf(topology, id, file)}`, { signal, streamed: true })
      if (answer?.body == null) throw notThere(topology, id)
      return bytesOf(answer.body, words, signal)
    },

    async size(topology, id, file, signal) {
      const answer = await ask('HEAD', `/${keyOf(topology, id, file)}`, { signal })
      const length = answer?.headers.get('content-length')
      return length == null ? null : Number(length)
    },

    async remove(topology, id, signal) {
      const below = `${folderOf(topology)}${checked(id)}/`
      // Without its manifest it is not listed any more.
      await ask('DELETE', `/${below}${MANIFEST}`, { signal })
      for (const { key, upload } of await uploads(below, signal)) {
        await ask('DELETE', `/${key}?${new URLSearchParams({ uploadId: upload })}`, { signal })
      }
      for (const key of await keys(below, signal)) await ask('DELETE', `/${key}`, { signal })
    },
  }
}

/** A HEAD says nothing but its status. */
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchUpload'])

/** What a person can do about a refusal. */
const REFUSED: Record<string, string> = {
  AccessDenied: 'the keys must be allowed to list the bucket, and to read, write and delete in it',
  InvalidAccessKeyId: 'check backup.s3.accessKey',
  // versitygw's word for the same.
  XAdminUserNotFound: 'check backup.s3.accessKey',
  SignatureDoesNotMatch: 'check backup.s3.secretKey and backup.s3.region',
  NoSuchBucket: 'make the bucket first',
}

async function* bytesOf(
  body: ReadableStream<Uint8Array>,
  words: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    signal.throwIfAborted()
    throw new Cul8erError('UNREACHABLE', `the storage of ${words} broke off: ${messageOf(cause)}`, { cause })
  }
}

/** Pieces that one request takes; the last may be shorter, and is the only one of what is small. */
async function* inParts(
  from: AsyncIterable<Uint8Array>,
  count: () => number,
): AsyncGenerator<{ bytes: Uint8Array<ArrayBuffer>; last: boolean }> {
  let waiting: Uint8Array[] = []
  let length = 0
  const size = (): number => PART_BYTES * 2 ** Math.min(3, Math.floor(count() / LARGER_AFTER))
  for await (const piece of from) {
    waiting.push(piece)
    length += piece.length
    if (length <= size()) continue
    const all = Buffer.concat(waiting)
    yield { bytes: all.subarray(0, size()), last: false }
    waiting = [all.subarray(size())]
    length = waiting[0]?.length ?? 0
  }
  yield { bytes: Buffer.concat(waiting), last: true }
}

/* The few answers of S3 that are read, which hold names that we chose. */

const one = (xml: string, tag: string): string | null => each(xml, tag)[0] ?? null

const each = (xml: string, tag: string, isText = true): string[] =>
  [...xml.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text = '']) =>
    isText ? unescaped(text) : text,
  )

const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#34;': '"',
  '&apos;': "'",
  '&amp;': '&',
}
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:lt|gt|quot|#34|apos|amp);/g, (found) => ENTITIES[found] ?? found)
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
