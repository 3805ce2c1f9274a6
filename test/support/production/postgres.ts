import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { becomes } from '../../../src/waiting/poll.js'
import { Program } from './program.js'

export interface PostgresOptions {
  port: number
  password: string
  /** Of its log. */
  folder: string
}

/** A PostgreSQL of a test's own on loopback, with its data in a folder of its own. It refuses root, and is a process of `postgres` then. */
export class Postgres {
  readonly user = 'temporal'

  private constructor(
    private readonly options: PostgresOptions,
    private readonly data: string,
    private readonly program: Program,
  ) {}

  static async create(options: PostgresOptions): Promise<Postgres> {
    const data = await mkdtemp(join(tmpdir(), 'cul8er-postgres-'))
    const owner = process.getuid?.() === 0 ? await userOf('postgres') : null
    const password = join(data, 'password')
    await writeFile(password, options.password)
    if (owner !== null) for (const path of [data, password]) await chown(path, owner.uid, owner.gid)
    const pgdata = join(data, 'data')
    const auth = ['--auth=scram-sha-256', '--username=temporal', `--pwfile=${password}`]
    await execa(await program('initdb'), ['--pgdata', pgdata, '--encoding=UTF8', ...auth], { ...owner, cwd: data })
    const settings = {
      listen_addresses: '127.0.0.1',
      port: options.port,
      unix_socket_directories: '',
      max_connections: 200,
    }
    return new Postgres(
      options,
      data,
      new Program({
        file: await program('postgres'),
        args: ['-D', pgdata, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        env: { PATH: process.env.PATH },
        log: join(options.folder, 'postgres.log'),
        ...owner,
      }),
    )
  }

  async start(): Promise<void> {
    this.program.start()
    const ready = async (): Promise<boolean> => (await this.run('pg_isready', ['--quiet'], { reject: false })) === 0
    if (!(await becomes(ready, { everyMs: 100, withinMs: 30_000 }))) throw new Error('PostgreSQL did not start')
  }

  /** SIGQUIT: at once, as the server's own documentation has it for emergencies. */
  end(signal: NodeJS.Signals = 'SIGQUIT'): Promise<void> {
    return this.program.end(signal)
  }

  /** A file of each database in a folder. */
  async dump(folder: string): Promise<void> {
    for (const name of DATABASES)
      await this.run('pg_dump', ['--format=custom', '--file', join(folder, `${name}.dump`), name])
  }

  /** What was dumped takes the place of what is there; nobody may be connected. */
  async restore(folder: string): Promise<void> {
    const how = ['--clean', '--create', '--dbname=postgres']
    for (const name of DATABASES) await this.run('pg_restore', [...how, join(folder, `${name}.dump`)])
  }

  async remove(): Promise<void> {
    await this.end()
    await rm(this.data, { recursive: true, force: true })
  }

  private async run(name: string, args: string[], { reject = true } = {}): Promise<number | undefined> {
    const { port, password } = this.options
    const env = { PGHOST: '127.0.0.1', PGPORT: String(port), PGUSER: this.user, PGPASSWORD: password }
    return (await execa(await program(name), args, { env, reject, stdin: 'ignore' })).exitCode
  }
}

const DATABASES = ['temporal', 'temporal_visibility']

/** Debian keeps most of them off the PATH. */
async function program(name: string): Promise<string> {
  const { stdout } = await execa('bash', ['-c', `ls -v /usr/lib/postgresql/*/bin/${name} | tail -n 1`], {
    reject: false,
  })
  return stdout === '' ? name : stdout
}

async function userOf(name: string): Promise<{ uid: number; gid: number }> {
  const of = async (flag: string): Promise<number> => Number((await execa('id', [flag, name])).stdout)
  return { uid: await of('-u'), gid: await of('-g') }
}
