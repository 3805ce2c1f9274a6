import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { isLoopback, parseListen } from '../../../src/artifacts/listen.js'
import { artifactStore } from '../../../src/artifacts/of-worker.js'
import { createRemoteStore } from '../../../src/artifacts/remote-store.js'
import { serveArtifacts, type ServedArtifacts } from '../../../src/artifacts/serve.js'
import { createArtifactStore, type ArtifactStore } from '../../../src/artifacts/store.js'
import { artifactTokens, isAdmitted } from '../../../src/artifacts/token.js'

const TOKEN = 'sixteen-letters-or-more'
const BYTES = randomBytes(300_000)

describe('the artifacts of another worker', () => {
  let folder: string
  let sha256: string
  let served: ServedArtifacts
  let remote: ArtifactStore
  const cache = (): string => join(folder, 'cache')
  const source = (port = served.port, token = TOKEN) => ({ url: new URL(`http://127.0.0.1:${port}`), token })
  const draft = (): string => join(cache(), `.${sha256}.left.part`)
  const minutesAgo = (minutes: number): Promise<void> => {
    const then = new Date(Date.now() - minutes * 60_000)
    return utimes(draft(), then, then)
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cul8er-remote-'))
    const store = createArtifactStore(join(folder, 'store'))
    await writeFile(join(folder, 'release'), BYTES)
    sha256 = (await store.put(join(folder, 'release'))).sha256
    served = await serveArtifacts({ store, listen: { host: '127.0.0.1', port: 0 }, tokens: [TOKEN] })
    remote = createRemoteStore(cache(), source())
  })
  afterEach(async () => {
    await served.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('come by digest, once, and stay', async () => {
    const paths = await Promise.all([1, 2, 3].map(() => remote.path(sha256)))
    expect(new Set(paths).size).toBe(1)
    expect(await readFile(paths[0]!)).toEqual(BYTES)
    expect((await stat(paths[0]!)).mode & 0o777).toBe(0o600)
    expect(await readdir(cache())).toEqual([`${sha256}.tar.gz`])
    await served.close()
    expect(await remote.path(sha256)).toBe(paths[0])
  })

  it('go on where they ended', async () => {
    const asked: (string | undefined)[] = []
    const cut = await standIn((headers, response) => {
      asked.push(headers.range)
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': BYTES.length - from })
      // The first time it ends in the middle of it.
      if (asked.length === 1) {
        response.write(BYTES.subarray(0, 100_000))
        return void setTimeout(() => response.destroy(), 200)
      }
      response.end(BYTES.subarray(from))
    })
    const store = createRemoteStore(cache(), source(portOf(cut)))
    await expect(store.path(sha256)).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await readFile(await store.path(sha256))).toEqual(BYTES)
    expect(asked).toEqual([undefined, 'bytes=100000-'])
    cut.close()
  })

  it('go on where a worker ended that is there no more, and not in what another one is writing', async () => {
    const asked: (string | undefined)[] = []
    const slow = await standIn((headers, response) => {
      asked.push(headers.range)
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': BYTES.length - from })
      response.end(BYTES.subarray(from))
    })
    const store = createRemoteStore(cache(), source(portOf(slow)))
    await createArtifactStore(cache()).put(join(folder, 'release'))
    await rm(join(cache(), `${sha256}.tar.gz`))
    await writeFile(draft(), BYTES.subarray(0, 1_000))
    const path = await store.path(sha256)
    expect(asked).toEqual([undefined])
    expect(await readdir(cache())).toContain(`.${sha256}.left.part`)
    await rm(path)
    await minutesAgo(2)
    expect(await readFile(await store.path(sha256))).toEqual(BYTES)
    expect(asked).toEqual([undefined, 'bytes=1000-'])
    expect(await readdir(cache())).toEqual([`${sha256}.tar.gz`])
    slow.close()
  })

  it('come to two workers of one home at once', async () => {
    const both = await standIn((headers, response) => {
      const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': BYTES.length - from })
      response.write(BYTES.subarray(from, from + 1_000))
      setTimeout(() => response.end(BYTES.subarray(from + 1_000)), 300)
    })
    const stores = [1, 2].map(() => createRemoteStore(cache(), source(portOf(both))))
    // The second one comes when the first is in the middle of it.
    const paths = await Promise.all(
      stores.map(async (store, k) => {
        await new Promise((resolve) => setTimeout(resolve, k * 100))
        return store.path(sha256)
      }),
    )
    expect(await readFile(paths[0]!)).toEqual(BYTES)
    expect(await readdir(cache())).toEqual([`${sha256}.tar.gz`])
    both.close()
  })

  it('come from below the path of the address, and the token goes nowhere else', async () => {
    const asked: string[] = []
    const server = createServer(({ url = '', headers }, response) => {
      asked.push(`${url} ${headers.authorization === `Bearer ${TOKEN}`}`)
      response.end(BYTES)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    for (const path of ['', '/', '//', '/of/us', '/of/us/']) {
      const url = new URL(`http://127.0.0.1:${portOf(server)}${path}`)
      await rm(await createRemoteStore(cache(), { url, token: TOKEN }).path(sha256))
    }
    const plain = `/artifacts/${sha256} true`
    expect(asked).toEqual([plain, plain, plain, `/of/us${plain}`, `/of/us${plain}`])
    server.close()
  })

  it.each<[string, () => Buffer]>([
    ['that are others', () => randomBytes(20)],
    ['that are complete, but damaged', () => Buffer.concat([randomBytes(1), BYTES.subarray(1)])],
    ['that are too many', () => Buffer.concat([BYTES, BYTES])],
  ])('are not believed with bytes %s, and come anew', async (_, bytes) => {
    await remote.has(sha256)
    await createArtifactStore(cache()).put(join(folder, 'release'))
    await rm(join(cache(), `${sha256}.tar.gz`))
    await writeFile(draft(), bytes())
    await minutesAgo(2)
    await expect(remote.path(sha256)).rejects.toMatchObject({ code: 'UNREACHABLE' })
    expect(await remote.has(sha256)).toBe(false)
    expect(await readFile(await remote.path(sha256))).toEqual(BYTES)
  })

  it('are missing where the other has none, which is final', async () => {
    await expect(remote.path('0'.repeat(64))).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' })
    expect(await readdir(cache())).toEqual([])
  })

  it('are not given to anybody without the token, whether they are there or not', async () => {
    const other = createRemoteStore(cache(), source(served.port, 'another-token-of-16'))
    for (const digest of [sha256, '0'.repeat(64)])
      await expect(other.path(digest)).rejects.toMatchObject({ code: 'PERMISSION' })
  })

  it('wait for a store that is away', async () => {
    const { port } = served
    await served.close()
    await expect(createRemoteStore(cache(), source(port)).path(sha256)).rejects.toMatchObject({ code: 'UNREACHABLE' })
  })

  it('end with the signal', async () => {
    const reason = new Error('cancelled')
    await expect(remote.path(sha256, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('are removed when nobody used them for a week', async () => {
    const path = await remote.path(sha256)
    const days = (n: number): number => Date.now() - n * 86_400_000
    await utimes(path, new Date(days(8)), new Date(days(8)))
    // Used again.
    await remote.path(sha256)
    expect(await remote.pruneCache?.()).toEqual({ removed: [] })
    await utimes(path, new Date(days(8)), new Date(days(8)))
    expect(await remote.pruneCache?.()).toEqual({ removed: [sha256] })
  })

  it.each<[string, string]>([
    ['asks for nothing', ''],
    ['never ends what it asks for', 'GET / HTTP/1.1\r\n'],
    ['does not read on', 'the large one'],
  ])('keep no place for a reader that %s', async (_, words) => {
    const store = createArtifactStore(join(folder, 'store'))
    await writeFile(join(folder, 'large'), Buffer.alloc(40_000_000, 7))
    const large = await store.put(join(folder, 'large'))
    const patient = { store, listen: { host: '127.0.0.1', port: 0 }, tokens: [TOKEN], stallMs: 300 }
    const hasty = await serveArtifacts(patient)
    const socket = connect(hasty.port, '127.0.0.1').pause()
    const asked = `GET /artifacts/${large.sha256} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`
    if (words !== '') socket.write(words === 'the large one' ? asked : words)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    let bytes = 0
    socket.on('data', (piece: Buffer) => (bytes += piece.length)).on('error', () => undefined)
    await once(socket.resume(), 'close', { signal: AbortSignal.timeout(3_000) })
    expect(bytes).toBeLessThan(large.size)
    await hasty.close()
  })

  it.each<[string, string, string | undefined, number]>([
    ['GET', '/artifacts/', undefined, 404],
    ['GET', '/artifacts/../seal.key', undefined, 404],
    ['GET', `/artifacts/${'0'.repeat(64)}`, undefined, 404],
    ['POST', '/', undefined, 405],
    ['GET', '', `bytes=${BYTES.length}-`, 416],
    ['GET', '', 'bytes=0-5', 200],
    ['GET', '', 'bytes=5-', 206],
  ])('%s %s with range %s: %i', async (method, path, range, status) => {
    const asked = request({
      ...{ host: '127.0.0.1', port: served.port, method, path: path || `/artifacts/${sha256}` },
      headers: { authorization: `Bearer ${TOKEN}`, ...(range === undefined ? {} : { range }) },
    }).end()
    const [answer] = (await once(asked, 'response')) as [{ statusCode: number; destroy(): void }]
    answer.destroy()
    expect(answer.statusCode).toBe(status)
  })
})

describe('the token', () => {
  const keys = { sealKey: new Uint8Array(32).fill(1), formerKeys: [new Uint8Array(32).fill(2)] }

  it('follows from the seal key where none is given, and tells nothing of it', async () => {
    const [first, second] = await artifactTokens({ env: {}, ...keys })
    expect(first).toMatch(/^[\w-]{43}$/)
    expect(first).not.toBe(second)
    expect(first).not.toBe(Buffer.from(keys.sealKey).toString('base64url'))
    expect(await artifactTokens({ env: {}, sealKey: keys.formerKeys[0]!, formerKeys: [] })).toEqual([second])
  })

  it('is that of the environment, or of a file that nobody else reads', async () => {
    expect(await artifactTokens({ env: { CUL8ER_ARTIFACTS_TOKEN: TOKEN }, ...keys })).toEqual([TOKEN])
    const file = join(await mkdtemp(join(tmpdir(), 'cul8er-token-')), 'token')
    await writeFile(file, `${TOKEN}\n`, { mode: 0o600 })
    const env = { CUL8ER_ARTIFACTS_TOKEN_FILE: file }
    expect(await artifactTokens({ env, ...keys })).toEqual([TOKEN])
    await chmod(file, 0o640)
    await expect(artifactTokens({ env, ...keys })).rejects.toMatchObject({ code: 'PERMISSION' })
    await rm(file)
    await expect(artifactTokens({ env, ...keys })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it.each(['short', 'with a space in the middle of it'])('is not %j', async (text) => {
    await expect(artifactTokens({ env: { CUL8ER_ARTIFACTS_TOKEN: text }, ...keys })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.not.stringContaining(text) as string,
    })
  })

  test.each<[string | undefined, boolean]>([
    [`Bearer ${TOKEN}`, true],
    ['Bearer second', true],
    [`bearer ${TOKEN}`, false],
    [`Bearer ${TOKEN} `, false],
    [TOKEN, false],
    ['Bearer ', false],
    [undefined, false],
  ])('in %j', (header, admitted) => {
    expect(isAdmitted(header, [TOKEN, 'second'])).toBe(admitted)
  })
})

test.each<[string, { host: string; port: number } | null, boolean]>([
  ['8235', { host: '127.0.0.1', port: 8235 }, true],
  ['127.0.0.1:8235', { host: '127.0.0.1', port: 8235 }, true],
  ['[::1]:8235', { host: '::1', port: 8235 }, true],
  ['localhost:0', { host: 'localhost', port: 0 }, true],
  ['192.0.2.1:8235', { host: '192.0.2.1', port: 8235 }, false],
  ['[::]:8235', { host: '::', port: 8235 }, false],
  ['0.0.0.0:70000', null, false],
  ['example.com:8235', null, false],
  ['', null, false],
  ['127.0.0.1', null, false],
])('listening at %j', (text, at, loopback) => {
  if (at === null) return expect(() => parseListen(text)).toThrow('is no address to listen at')
  expect(parseListen(text)).toEqual(at)
  expect(isLoopback(at)).toBe(loopback)
})

test('a worker has artifacts from its home, a shared folder or an address', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cul8er-home-'))
  const keys = { sealKey: new Uint8Array(32), formerKeys: [] }
  const stored = async (named: string | undefined) => {
    const store = await artifactStore({ home, env: { CUL8ER_ARTIFACTS: named }, ...keys })
    return store.pruneCache !== undefined
  }
  expect([await stored(undefined), await stored('/mnt/shared'), await stored('https://example.com:8235/x')]).toEqual([
    ...[false, false, true],
  ])
  for (const wrong of ['releases', 'ftp://example.com', 'http://user@example.com'])
    await expect(stored(wrong)).rejects.toMatchObject({ code: 'USAGE' })
  const shared = await artifactStore({ home, env: { CUL8ER_ARTIFACTS: join(home, 'shared') }, ...keys })
  await writeFile(join(home, 'release'), 'x')
  const { sha256 } = await shared.put(join(home, 'release'))
  expect(sha256).toBe(createHash('sha256').update('x').digest('hex'))
  expect(await shared.path(sha256)).toBe(join(home, 'shared', `${sha256}.tar.gz`))
})

type Answer = Parameters<NonNullable<Parameters<typeof createServer>[1]>>

async function standIn(answer: (headers: Answer[0]['headers'], response: Answer[1]) => void): Promise<Server> {
  const server = createServer(({ headers }, response) => answer(headers, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port
