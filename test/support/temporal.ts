import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import type { ConnectionPlugin } from '@temporalio/client'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { interceptors } from '../../src/client/interceptors.js'
import { SEARCH_ATTRIBUTES } from '../../src/contracts/index.js'
import { SERVER_SETTINGS, settingArguments } from '../../src/service/parts.js'
import { signing } from './signing.js'
import { until } from './until.js'

/** The Temporal binary that the set-up found or built (scripts/setup/temporal). */
export function temporalBinary(): string {
  const path = process.env.TEMPORAL_CLI ?? join(homedir(), '.cache', 'cul8er', 'bin', 'temporal-1.8.2')
  if (!existsSync(path)) throw new Error(`no Temporal binary at ${path}: run scripts/setup/temporal`)
  return path
}

/** Ends what a test has left open when its connection is closed, instead of throwing in a timer. */
export const closable: ConnectionPlugin = {
  name: 'closable',
  configureConnection: (options) => ({ ...options, interceptors: interceptors() }),
}

/** A dev server of a test's own, in memory, with the settings of the embedded one, `more` arguments, and other `settings`. */
export function localServer(
  more: string[] = [],
  settings: Partial<Record<keyof typeof SERVER_SETTINGS, number | boolean>> = {},
): Promise<TestWorkflowEnvironment> {
  quiet()
  return TestWorkflowEnvironment.createLocal({
    client: { dataConverter: signing('command') },
    plugins: [closable],
    server: {
      executable: { type: 'existing-path', path: temporalBinary() },
      log: { format: 'json', level: 'error' },
      extraArgs: [
        ...settingArguments({ ...SERVER_SETTINGS, ...settings }),
        ...more,
        ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, type]) => ['--search-attribute', `${key}=${type}`]),
      ],
    },
  })
}

/** Activities that fail are what many tests are about; the SDK would tell of each attempt. */
export function quiet(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
  } catch {
    // Set up already in this process.
  }
}

/** A dev server that keeps what it knows in a file, so that it can be off for a while. */
export class MortalServer {
  private process: ChildProcess | null = null
  private constructor(
    private readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(folder: string): Promise<{ server: MortalServer; env: TestWorkflowEnvironment }> {
    quiet()
    const server = new MortalServer(await freePort(), folder)
    await server.on()
    const env = await TestWorkflowEnvironment.createFromExistingServer({
      address: `127.0.0.1:${server.port}`,
      client: { dataConverter: signing('command') },
      plugins: [closable],
    })
    return { server, env }
  }

  /** At the same port, with what it knew. */
  async on(): Promise<void> {
    const { port, folder } = this
    const searchAttributes = Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, type]) => [
      '--search-attribute',
      `${key}=${type}`,
    ])
    this.process = spawn(
      temporalBinary(),
      [
        ...['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(port)],
        ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'error'],
        ...settingArguments(SERVER_SETTINGS),
        ...searchAttributes,
      ],
      { stdio: 'ignore' },
    )
    await until(() => accepts(port), { timeoutMs: 20_000, everyMs: 50 })
  }

  /** As by a power cut. */
  async off(): Promise<void> {
    const { process: running } = this
    if (running === null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGKILL')
    await ended
    this.process = null
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => (socket.destroy(), resolve(true)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
