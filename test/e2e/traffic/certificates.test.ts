import { X509Certificate } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperationResult } from '../../../src/contracts/index.js'
import type { Plan } from '../../../src/plan/model.js'
import { makeCertificate, type Made } from '../../support/certificates.js'
import { tarGz } from '../../support/tarballs.js'
import { Home } from '../service/home.js'

/*
 * A certificate of one's own at a real edge, deployed as a person does it. Its files are there for each deploy alone: a rollback, and
 * whatever a worker does, needs none. Whether HAProxy is loaded for it is tested in routing.test.ts: this edge is every topology's.
 */

const PORT = 18_643
const HOST = 'app.example.com'
const NAME = 'et-certs'
const to = { host: '127.0.0.1', port: PORT, servername: HOST, rejectUnauthorized: false }

/** Answers at once, or for /stream a line every 100 ms for as long as somebody listens. */
const APP = `#!/bin/sh
cat >/tmp/answer <<'END'
read -r method path rest
while read -r line; do [ "\${#line}" -le 1 ] && break; done
if [ "$path" = /stream ]; then
  printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\n\\r\\n'
  n=0
  while printf 'line %s\\n' $n; do n=$((n + 1)); usleep 100000; done
else
  printf 'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: 5\\r\\n\\r\\nhello'
fi
END
exec socat TCP-LISTEN:4000,fork,reuseaddr EXEC:'sh /tmp/answer'
`

describe('a certificate of one’s own at the edge', () => {
  const home = new Home()
  const ports = { CUL8ER_SERVICE_PORT: '17571', CUL8ER_UI_PORT: '18571' }
  const run = (args: string[]) => home.cul8er(args, ports)
  const files = { cert: join(home.folder, 'certs', 'own.pem'), key: join(home.folder, 'certs', 'own.key') }
  const [first, second] = [makeCertificate({ names: [HOST], days: 10 }), makeCertificate({ names: [HOST], days: 200 })]
  const long = makeCertificate({ newkey: ['rsa:4096'] })

  beforeAll(async () => {
    mkdirSync(join(home.folder, 'releases'))
    mkdirSync(join(home.folder, 'certs'))
    writeFileSync(join(home.folder, 'releases', 'app-1.0.0.tar.gz'), await tarGz({ 'bin/app': APP }))
    const certificate = { cert: 'certs/own.pem', key: './certs/own.key' }
    const app = {
      type: 'container',
      image: 'cul8er/edge',
      network: { expose: [{ port: 4000, as: PORT, protocol: 'https', host: HOST, certificate }] },
      deploy: { release: 'app', version: '1.0.0' },
    }
    const declaration = {
      name: NAME,
      hosts: { here: { address: 'localhost', platform: 'debian' } },
      resources: { app },
      strategy: { healthcheck: { endpoint: 'tcp://localhost:4000', interval: '200ms', minHealthyTime: '200ms' } },
    }
    writeFileSync(join(home.folder, 'cul8er.config.json'), JSON.stringify(declaration))
  })
  afterAll(async () => {
    await run(['destroy', '--yes'])
    await home.remove()
  }, 120_000)

  /** Runs a command with the pair in its files, which are gone afterwards. */
  async function withFiles(made: Made, args: string[]) {
    writeFileSync(files.cert, made.cert)
    writeFileSync(files.key, made.key, { mode: 0o600 })
    try {
      return await run(args)
    } finally {
      rmSync(files.cert)
      rmSync(files.key)
    }
  }

  async function deploy(made: Made): Promise<string> {
    const { exit, stdout, stderr } = await withFiles(made, ['deploy', '--yes', '--json'])
    expect([exit, stdout, stderr]).toEqual([0, expect.stringContaining('"succeeded"'), expect.anything()])
    return stderr
  }

  it('is served, changes under open connections, and comes back without its files', async () => {
    expect(await deploy(first)).toContain(`! app: the certificate of https ${PORT} of ${HOST} expires `)
    expect(await served()).toBe(serialOf(first))

    const stream = await Stream.open()
    const load = new Load()
    const { stdout } = await withFiles(second, ['plan', '--json', '--out', 'second.plan'])
    const end = new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10)
    expect((JSON.parse(stdout) as Plan).changes).toMatchObject([
      {
        action: 'update',
        instance: 'cul8er-edge',
        reasons: [`certificate of https ${PORT} of ${HOST} changes, new expiry ${end}`],
      },
    ])
    // The saved plan has what it needs; the file beside it says the same.
    const deployed = await run(['deploy', '--plan', 'second.plan', '--yes', '--json'])
    expect(JSON.parse(deployed.stdout) as OperationResult).toMatchObject({ outcome: 'succeeded', revision: 2 })
    expect(await served()).toBe(serialOf(second))
    await stream.goesOn()

    const back = await run(['rollback', '--yes', '--json'])
    expect(JSON.parse(back.stdout) as OperationResult).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(await served()).toBe(serialOf(first))
    await stream.goesOn()

    await deploy({ ...second, cert: second.cert + long.cert.repeat(10) })
    expect(await served()).toBe(serialOf(second))
    await stream.goesOn()
    stream.close()
    const { failures, done } = await load.stop()
    expect(failures).toEqual([])
    expect(done).toBeGreaterThan(20)
  }, 180_000)

  it('that cannot be used is refused before anything happens', async () => {
    const missing = await run(['deploy', '--yes'])
    const place = 'resources.app.network.expose[0].certificate'
    expect(missing.exit).not.toBe(0)
    expect(missing.stderr).toContain(`${place}.cert: found a file that cannot be read (ENOENT): ${files.cert}`)
    expect(missing.stderr).toContain(`${place}.key: found a file that cannot be read (ENOENT): ${files.key}`)

    const elsewhere = await withFiles(makeCertificate({ names: ['shop.example.com'] }), ['plan'])
    expect(elsewhere.stderr).toContain(
      `${place}.cert: found a certificate for shop.example.com: ${files.cert}, allowed one that covers the entry's host ${HOST}`,
    )
    const mixed = await withFiles({ cert: first.cert, key: second.key }, ['validate'])
    expect([mixed.exit === 0, mixed.stderr]).toEqual([
      false,
      expect.stringContaining(`${place}.key: found a key of another certificate`),
    ])
    const away = await run(['validate'])
    expect([away.exit, away.stdout]).toEqual([
      0,
      expect.stringContaining(`${place}.key: found a file that cannot be read`),
    ])
    expect(await served()).toBe(serialOf(second))
  }, 60_000)
})

const serialOf = ({ cert }: Made): string => new X509Certificate(cert).serialNumber

/** The certificate that a new connection gets. */
const served = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(to, () => {
      resolve(socket.getPeerCertificate().serialNumber)
      socket.destroy()
    })
    socket.on('error', reject)
  })

/** One connection whose answer has no end. */
class Stream {
  private text = ''
  private ended = false
  private constructor(private readonly socket: TLSSocket) {
    socket.on('data', (data: Buffer) => (this.text += data.toString()))
    socket.on('close', () => (this.ended = true))
    socket.on('error', () => (this.ended = true))
  }

  static async open(): Promise<Stream> {
    const stream = new Stream(connect(to))
    stream.socket.write(`GET /stream HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    await stream.goesOn()
    return stream
  }

  private get lines(): number {
    return [...this.text.matchAll(/line \d+/g)].length
  }

  /** @throws when no line comes any more */
  async goesOn(): Promise<void> {
    const before = this.lines
    for (let left = 50; this.lines < before + 3; left -= 1) {
      if (left === 0 || this.ended) throw new Error(`the stream stopped after ${this.lines} lines`)
      await sleep(100)
    }
  }

  close(): void {
    this.socket.destroy()
  }
}

/** Requests one after the other over kept connections. */
class Load {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 2 })
  private readonly failures: string[] = []
  private done = 0
  private going = true
  private readonly ends = [this.send(), this.send()]

  async stop(): Promise<{ failures: string[]; done: number }> {
    this.going = false
    await Promise.all(this.ends)
    this.agent.destroy()
    return { failures: this.failures, done: this.done }
  }

  private async send(): Promise<void> {
    while (this.going) {
      await this.one().then(
        () => (this.done += 1),
        (error: unknown) => this.failures.push(String(error)),
      )
      await sleep(50)
    }
  }

  private one(): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...to, agent: this.agent, path: '/', headers: { host: HOST } }, (answer) => {
        answer.resume()
        answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))))
        answer.on('error', reject)
      })
      sent.on('error', reject)
      sent.end()
    })
  }
}
