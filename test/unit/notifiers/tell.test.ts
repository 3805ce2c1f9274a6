import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import { noticeKey, type NoticeEvent } from '../../../src/contracts/index.js'
import type { NotifierChoice } from '../../../src/notifiers/notifiers.js'
import { tellBy } from '../../../src/notifiers/tellers.js'
import { isWebhook } from '../../../src/notifiers/webhook/declared.js'

const event: NoticeEvent = {
  event: 'operationEnded',
  topology: 'shop',
  operation: 'op-1',
  number: 1,
  kind: 'deploy',
  outcome: 'rolledBack',
  who: 'ann@laptop',
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: '2026-03-01T12:01:00.000Z',
  revision: 2,
  versions: ['shop@1.1.0'],
  reason: { code: 'UNHEALTHY', message: 'no answer' },
  next: 'cul8er history shop',
}
const { signal } = new AbortController()
const means = { event, key: noticeKey(event), secret: null, signal }

describe('webhook', () => {
  const clear = (url: string): NotifierChoice => ({ kind: 'webhook', url: { value: url } })
  const ofSecret: NotifierChoice = { kind: 'webhook', url: { secret: { from: 'system', key: 'HOOK' } } }

  async function served(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
    const server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await use(`http://127.0.0.1:${port}/hook/s3cret`).finally(() => server.close())
  }

  it.each([
    ['a URL in clear', (url: string) => tellBy(clear(url), means)],
    ['a URL that is a secret', (url: string) => tellBy(ofSecret, { ...means, secret: `${url}\n` })],
  ])('posts the event as JSON: %s', async (_, tell) => {
    const got: { request: IncomingMessage; body: string }[] = []
    await served((request, response) => {
      void text(request).then((body) => {
        got.push({ request, body })
        response.writeHead(204).end()
      })
    }, tell)
    expect(got.map(({ body }) => JSON.parse(body) as unknown)).toEqual([event])
    expect(got[0]?.request).toMatchObject({
      method: 'POST',
      url: '/hook/s3cret',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'topology/shop/op/1', 'user-agent': 'cul8er' },
    })
  })

  it.each([302, 307, 404, 500])('HTTP %i is a failure, and no redirect is followed', async (status) => {
    let asked = 0
    await served(
      (_, response) => {
        asked += 1
        response.writeHead(status, { location: '/elsewhere' }).end('s3cret')
      },
      (url) =>
        expect(tellBy(clear(url), means)).rejects.toMatchObject({
          code: 'NOTIFIER',
          message: `answered HTTP ${status}`,
        }),
    )
    expect(asked).toBe(1)
  })

  it.each([
    [clear('http://127.0.0.1:47199/hook/s3cret'), null, 'cannot be reached (ECONNREFUSED)'],
    [clear('https://s3cret.invalid/'), null, 'cannot be reached (ENOTFOUND)'],
    [ofSecret, 'http://example.com/s3cret', 'its URL is not an https URL'],
    [ofSecret, 's3cret', 'its URL is not an https URL'],
    [ofSecret, null, 'its URL is not an https URL'],
  ])('%j with %j is told of without its URL', async (to, secret, message) => {
    const error = (await tellBy(to, { ...means, secret }).catch((thrown: unknown) => thrown)) as Error
    // In an environment without DNS the word for it is another.
    expect(error.message.replace('EAI_AGAIN', 'ENOTFOUND')).toContain(message)
    expect(`${error.message}${error.stack}${String(error.cause)}`).not.toContain('s3cret')
  })

  it('ends with the signal', async () => {
    const reason = new Error('aborted')
    await served(
      () => {},
      async (url) => {
        const controller = new AbortController()
        const told = tellBy(clear(url), { ...means, signal: controller.signal })
        setTimeout(() => controller.abort(reason), 50)
        await expect(told).rejects.toBe(reason)
      },
    )
  })

  it.each([
    ['https://example.com/x', true],
    ['http://localhost:8300', true],
    ['http://127.0.0.1/x', true],
    ['http://[::1]/x', true],
    ['http://example.com/x', false],
    ['http://localhost.example.com', false],
    ['http://localhost@example.com', false],
    ['https://ann:pw@example.com', false],
    ['ftp://localhost/x', false],
    ['nothing', false],
    ['', false],
    [`https://example.com/${'x'.repeat(5_000)}`, false],
  ])('%s: %s', (url, fine) => expect(isWebhook(url)).toBe(fine))
})

describe('command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-notify-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const by = (...command: string[]) => tellBy({ kind: 'command', command }, means)

  it('gets the event on its standard input', async () => {
    const file = join(folder, 'event.json')
    await by('sh', '-c', 'cat > "$0"', file)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(event)
  })

  it.each([
    [['sh', '-c', 'exit 3'], 'failed (exit 3)'],
    [['sh', '-c', 'kill -9 $$'], 'was killed by SIGKILL'],
    [['/absent', 's3cret'], 'cannot be run (ENOENT)'],
  ])('%j fails', async (argv, message) => expect(by(...argv)).rejects.toMatchObject({ code: 'NOTIFIER', message }))
})

it.each(['pigeon', 'constructor'])('an unknown kind is an error and never another one: %s', async (kind) => {
  await expect(tellBy({ kind } as never, means)).rejects.toMatchObject({
    code: 'NOT_SUPPORTED_YET',
    message: `this cul8er knows no notifier ${kind}`,
  })
})
