import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { poll } from '../../../src/waiting/poll.js'
import { freePorts } from '../free-ports.js'
import { temporalBinary } from '../temporal.js'
import { ApiKeys } from './api-keys.js'
import { makeCertificates, type Certificates } from './certificates.js'
import { readCompose } from './compose.js'
import { Postgres } from './postgres.js'
import { Program } from './program.js'

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

const PASSWORD = 'temporal-password'
const WORKERS = 2

/**
 * What docker-compose.yml describes, as processes of this machine: PostgreSQL, a Temporal server that lets in who has a certificate and an
 * API key, and two workers with one home. The server's environment, its settings, the schema and the namespace are those of the
 * file; only where each of them listens differs.
 */
export class ControlPlane {
  private constructor(
    readonly folder: string,
    /** Of commands and workers: where the server is, what lets them in, and the home that they share. */
    readonly environment: Record<string, string>,
    private readonly postgres: Postgres,
    private readonly server: Program,
    readonly workers: readonly Program[],
    private readonly keys: ApiKeys,
    private readonly sql: Record<string, string>,
  ) {}

  static async open(): Promise<ControlPlane> {
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-production-'))
    const tools = await programs(folder)
    const certificates = makeCertificates(folder)
    const keys = new ApiKeys()
    const jwks = await keys.publish()
    const [database = 0, frontend = 0, ...others] = await freePorts(2 + OTHER_PORTS.length)
    const home = join(folder, 'home')
    mkdirSync(home, { mode: 0o700 })
    const composed = readCompose({
      TEMPORAL_DB_PASSWORD: PASSWORD,
      CUL8ER_SEAL_KEY: Buffer.alloc(32, 'production').toString('base64'),
      CUL8ER_HOME: home,
    })
    const postgres = await Postgres.create({ port: database, password: PASSWORD, folder })
    const environment = {
      ...composed['worker-1']?.environment,
      CUL8ER_HOME: home,
      TEMPORAL_ADDRESS: `127.0.0.1:${frontend}`,
      TEMPORAL_API_KEY: keys.key('temporal-system:admin', 'default:admin'),
      ...clientTls(certificates),
    }
    const server = new Program({
      file: join(tools, 'temporal-server'),
      args: ['start'],
      env: {
        PATH: process.env.PATH,
        ...composed.temporal?.environment,
        ...{ POSTGRES_SEEDS: '127.0.0.1', DB_PORT: String(database), BIND_ON_IP: '127.0.0.1', LOG_LEVEL: 'warn' },
        DYNAMIC_CONFIG_FILE_PATH: at('docker/dynamicconfig/cul8er.yaml'),
        FRONTEND_GRPC_PORT: String(frontend),
        ...Object.fromEntries(OTHER_PORTS.map((name, i) => [name, String(others[i])])),
        ...serverTls(certificates),
        ...{
          USE_INTERNAL_FRONTEND: 'true',
          TEMPORAL_AUTH_AUTHORIZER: 'default',
          TEMPORAL_AUTH_CLAIM_MAPPER: 'default',
        },
        TEMPORAL_SERVICES: 'frontend,internal-frontend,history,matching,worker',
        TEMPORAL_JWT_KEY_SOURCE1: jwks,
      },
      log: join(folder, 'temporal.log'),
    })
    const workers = Array.from(
      { length: WORKERS },
      (_, i) =>
        new Program({
          file: at('bin/cul8er'),
          args: ['worker'],
          env: { ...process.env, ...environment },
          log: join(folder, `worker-${i + 1}.log`),
        }),
    )
    const sql = { ...composed.schema?.environment, SQL_HOST: '127.0.0.1', SQL_PORT: String(database) }
    const made = new ControlPlane(folder, environment, postgres, server, workers, keys, sql)
    try {
      await made.postgres.start()
      await made.script('docker/schema.sh', made.sql, tools)
      await made.startServer()
      for (const worker of made.workers) worker.start()
    } catch (error) {
      const log = made.logs()
      await made.close()
      throw new Error(`the control plane did not start: ${String(error)}\n${log}`, { cause: error })
    }
    return made
  }

  get home(): string {
    return join(this.folder, 'home')
  }

  /** All of it at once, as when its machine loses power. */
  async die(): Promise<void> {
    await Promise.all([...this.workers, this.server, this.postgres].map((each) => each.end('SIGKILL')))
  }

  /** All of it again. */
  async revive(): Promise<void> {
    await this.postgres.start()
    await this.startServer()
    for (const worker of this.workers) worker.start()
  }

  /** What a backup of the database has. */
  backup(): Promise<void> {
    return this.postgres.dump(this.folder)
  }

  /** As after the loss of the database: nothing runs, and the backup is what there is. */
  async restoreBackup(): Promise<void> {
    await this.die()
    await this.postgres.start()
    await this.postgres.restore(this.folder)
    await this.startServer()
    for (const worker of this.workers) worker.start()
  }

  /** A `temporal` command line. */
  async temporal(...args: string[]): Promise<string> {
    return (await execa(temporalBinary(), args, { env: this.environment, stdin: 'ignore' })).stdout
  }

  /** The ends of all logs, for the message of a failure. */
  logs(): string {
    return execFileSync('bash', ['-c', `tail -n 15 "$1"/*.log | cut -c 1-300`, 'bash', this.folder], {
      encoding: 'utf8',
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((each) => each.end()))
    await this.server.end('SIGKILL')
    await this.postgres.remove()
    this.keys.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  /** It answers, and has its namespace. */
  private async startServer(): Promise<void> {
    this.server.start()
    const answers = async (): Promise<true | undefined> => {
      const { exitCode } = await execa(temporalBinary(), ['operator', 'cluster', 'health'], {
        ...{ env: this.environment, reject: false, stdin: 'ignore', timeout: 5_000 },
      })
      return exitCode === 0 ? true : undefined
    }
    if (!(await poll(answers, { everyMs: 300, withinMs: 90_000 }))) throw new Error('the Temporal server did not start')
    await this.script('docker/namespace.sh', this.environment, this.folder)
  }

  private async script(path: string, env: Record<string, string>, tools: string): Promise<void> {
    const search = [tools, this.folder, process.env.PATH].join(delimiter)
    await execa('sh', [at(path)], { env: { ...env, PATH: search }, stdin: 'ignore' })
  }
}

const OTHER_PORTS = [
  'FRONTEND_MEMBERSHIP_PORT',
  'FRONTEND_HTTP_PORT',
  ...['INTERNAL_FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].flatMap((name) => [
    `${name}_GRPC_PORT`,
    `${name}_MEMBERSHIP_PORT`,
  ]),
  'INTERNAL_FRONTEND_HTTP_PORT',
]

/** Both ends of every connection show a certificate. */
const serverTls = ({ ca, server }: Certificates): Record<string, string> => ({
  TEMPORAL_TLS_REQUIRE_CLIENT_AUTH: 'true',
  TEMPORAL_TLS_SERVER_CERT: server.cert,
  TEMPORAL_TLS_SERVER_KEY: server.key,
  TEMPORAL_TLS_SERVER_CA_CERT: ca,
  TEMPORAL_TLS_INTERNODE_SERVER_NAME: 'localhost',
  TEMPORAL_TLS_FRONTEND_CERT: server.cert,
  TEMPORAL_TLS_FRONTEND_KEY: server.key,
  TEMPORAL_TLS_FRONTEND_SERVER_NAME: 'localhost',
  TEMPORAL_TLS_CLIENT1_CA_CERT: ca,
  TEMPORAL_TLS_CLIENT2_CA_CERT: ca,
})

const clientTls = ({ ca, client }: Certificates): Record<string, string> => ({
  TEMPORAL_TLS: 'true',
  TEMPORAL_TLS_CLIENT_CERT_PATH: client.cert,
  TEMPORAL_TLS_CLIENT_KEY_PATH: client.key,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
})

/** Where the server and its schema tool are; `temporal` goes into a folder of the test's. */
async function programs(folder: string): Promise<string> {
  await symlink(temporalBinary(), join(folder, 'temporal'))
  const { stdout } = await execa(at('scripts/setup/production'), { stdin: 'ignore', stderr: 'inherit' })
  return stdout.trim()
}
