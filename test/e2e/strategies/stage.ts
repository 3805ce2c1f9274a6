import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Cul8er, type DeployOptions, type Run } from '../../../src/client/index.js'
import type { OperationResult } from '../../../src/contracts/index.js'
import { stopService } from '../../support/service.js'
import { writeRelease, type AppKind } from './app.js'

export interface StageOptions {
  name: string
  port: number
  approach: 'rolling' | 'blueGreen' | 'canary'
  strategy?: Record<string, unknown>
  /** Resources of one instance each that share the public port; absent: one resource of three instances. */
  pool?: string[]
}

/** A topology of three instances behind the edge on real Incus. */
export class Stage {
  private constructor(
    readonly cul8er: Cul8er,
    private readonly folder: string,
    private readonly home: string,
    private readonly options: StageOptions,
  ) {}

  /** @param plane - the control plane to use; absent: an embedded service of its own */
  static async open(options: StageOptions, plane?: { home: string; environment: NodeJS.ProcessEnv }): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-stage-'))
    const home = plane?.home ?? join(folder, 'home')
    const env = { ...process.env, ...plane?.environment }
    return new Stage(await Cul8er.connect({ home, env }), folder, home, options)
  }

  get name(): string {
    return this.options.name
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`
  }

  release(version: string, kind?: AppKind, ballast?: Uint8Array): Promise<void> {
    return writeRelease(join(this.folder, 'releases'), version, kind, ballast)
  }

  file(path: string, content: Uint8Array): Promise<void> {
    return writeFile(join(this.folder, path), content)
  }

  /** Deploys, with what differs this time in the strategy and in the resource. */
  async deploy(
    version: string,
    strategy: { healthcheck?: Record<string, unknown> } = {},
    app: Record<string, unknown> = {},
  ): Promise<OperationResult> {
    return (await this.begin(version, strategy, app)).result()
  }

  /** The same, without waiting for its end. */
  begin(
    version: string,
    strategy: { healthcheck?: Record<string, unknown> } = {},
    app: Record<string, unknown> = {},
    options: DeployOptions = {},
  ): Promise<Run> {
    return this.cul8er.deploy(this.declaration(version, strategy, app) as never, { directory: this.folder, ...options })
  }

  /** Has the service forget what it knows, for what the hosts have, by the file of this version. */
  async rebuild(version: string): Promise<void> {
    const force = true
    const found = await this.cul8er.findState(this.declaration(version, {}, {}) as never, {
      directory: this.folder,
      force,
    })
    await this.cul8er.rebuildState(found, { force })
  }

  /** What a deploy would change. */
  async changes(version: string): Promise<string[]> {
    const { plan } = await this.cul8er.plan(this.declaration(version, {}, {}) as never, { directory: this.folder })
    return plan.changes.map(({ instance, reasons }) => `${instance}: ${reasons.join(', ')}`)
  }

  /** Instances of the topology that are there; `columns` as `incus list` has them. */
  async instances(columns = 'n'): Promise<string[]> {
    const args = ['list', '-c', columns, '--format', 'csv', `^${this.options.name}-`]
    const { stdout } = await execa('incus', args, { stdin: 'ignore' })
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .sort()
  }

  async close(): Promise<void> {
    try {
      const run = await this.cul8er.destroy(this.options.name)
      await run.result()
    } finally {
      await this.cul8er.close()
      await stopService(this.home)
      await rm(this.folder, { recursive: true, force: true })
    }
  }

  private declaration(
    version: string,
    { healthcheck }: { healthcheck?: Record<string, unknown> },
    app: Record<string, unknown>,
  ): unknown {
    const { name, port, approach, strategy, pool } = this.options
    const resource = (shared: Record<string, unknown>): Record<string, unknown> => ({
      type: 'container',
      on: 'here',
      image: 'cul8er/edge',
      network: { expose: [{ port: 4000, as: port, protocol: 'http', ...shared }] },
      deploy: { release: 'app', version },
      ...app,
    })
    return {
      name,
      hosts: { here: { address: 'localhost', platform: 'debian' } },
      resources:
        pool === undefined
          ? { app: { replicas: 3, ...resource({}) } }
          : Object.fromEntries(pool.map((each) => [each, resource({ pool: 'app' })])),
      strategy: {
        approach,
        maxParallel: 2,
        drain: '30s',
        healthcheck: {
          endpoint: 'http://localhost:4000/health',
          interval: '100ms',
          timeout: '2s',
          retries: 2,
          minHealthyTime: '300ms',
          deadline: '15s',
          ...healthcheck,
        },
        ...strategy,
      },
    }
  }
}
