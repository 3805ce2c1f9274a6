import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createS3Store } from '../../../src/backups/s3-store.js'
import { S3Server } from '../../support/s3/server.js'
import { storeSuite } from '../../support/s3/store-suite.js'

/* Against a real S3 server that checks signatures. */

const { signal } = new AbortController()
const ID = 'db-20261123-141530-0a1b2c3dwxyz'

describe('S3', () => {
  let server: S3Server
  beforeAll(async () => {
    server = await S3Server.start()
  }, 900_000)
  afterAll(() => server.stop())

  let count = 0
  const place = (over: object = {}) => ({
    ...{ bucket: server.bucket, prefix: `of/test-${(count += 1)}`, endpoint: server.endpoint, region: 'us-east-1' },
    ...{ accessKey: server.accessKey, secretKey: server.secretKey },
    ...over,
  })

  // More than two parts of an upload.
  storeSuite('a bucket', () => createS3Store(place()), { large: 40 * 1024 * 1024 })

  it.each<[string, object, string]>([
    ['another secret', { secretKey: 'wrong' }, 'check backup.s3.secretKey'],
    ['another key', { accessKey: 'WRONG' }, 'check backup.s3.accessKey'],
    ['no such bucket', { bucket: 'missing' }, 'make the bucket first'],
  ])('says what is wrong: %s', async (_, over, hint) => {
    await expect(createS3Store(place(over)).list('shop', signal)).rejects.toMatchObject({
      code: 'PERMISSION',
      hint: expect.stringContaining(hint) as string,
    })
  })

  it('leaves no upload that nobody completes', async () => {
    const of = place()
    const store = createS3Store(of)
    const writer = await store.begin('shop', ID, signal)
    const broken = (async function* () {
      for (let n = 0; n < 40; n += 1) yield Buffer.alloc(1024 * 1024)
      throw new Error('the worker is gone')
    })()
    await expect(writer.put('instance.enc', broken)).rejects.toThrow('the worker is gone')
    // As a worker after it finds it.
    const next = createS3Store(of)
    expect(await next.list('shop', signal)).toEqual([])
    expect(await next.begun('shop', signal)).toEqual([ID])
    await next.remove('shop', ID, signal)
    expect(await next.begun('shop', signal)).toEqual([])
    const folder = join(server.folder, 'kept', server.bucket, of.prefix)
    const left = existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
    expect(left.filter((name) => String(name).includes('instance.enc'))).toEqual([])
  })
})
