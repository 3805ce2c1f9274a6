import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, type ResultPromise } from 'execa'
import { freePorts } from '../free-ports.js'
import { until } from '../until.js'

/** A real S3 server of a test's own, which checks signatures. */
export class S3Server {
  /** What it keeps: a folder for each bucket, and files by their keys. */
  readonly folder = mkdtempSync(join(tmpdir(), 'cul8er-s3-'))
  readonly accessKey = 'CUL8ERTESTKEY'
  readonly secretKey = 'secret-of-the-test-server'
  readonly bucket = 'backups'

  private constructor(
    readonly port: number,
    private process: ResultPromise,
  ) {}

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  static async start(): Promise<S3Server> {
    const script = fileURLToPath(new URL('../../../scripts/setup/s3-server', import.meta.url))
    const { stdout: binary } = await execa(script, { stdin: 'ignore', stderr: 'inherit' })
    const [port = 0] = await freePorts(1)
    const server = new S3Server(port, undefined as unknown as ResultPromise)
    mkdirSync(join(server.folder, 'kept', server.bucket), { recursive: true })
    server.process = execa(
      binary.trim(),
      ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', join(server.folder, 'kept')],
      { reject: false, env: { ROOT_ACCESS_KEY: server.accessKey, ROOT_SECRET_KEY: server.secretKey } },
    )
    await until(() => isOpen(port), { timeoutMs: 20_000 })
    return server
  }

  async stop(): Promise<void> {
    this.process.kill()
    await this.process
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })
