import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { Cul8er } from '../../../src/client/index.js'
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

/** A topology of three instances behind the edge on real Incus, with an embedded service of its own. */
export class Stage {
  private constructor(
    readonly cul8er: Cul8er,
    private readonly folder: string,
    private readonly options: StageOptions,
  ) {}

  static async open(options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-stage-'))
    const cul8er = await Cul8er.connect({ home: join(folder, 'home') })
    return new Stage(cul8er, folder, options)
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
    const declaration = this.declaration(version, strategy, app) as never
    const run = await this.cul8er.deploy(declaration, { directory: this.folder })
    return run.result()
  }

  /** Instances of the topology that are there. */
  async instances(): Promise<string[]> {
    const args = ['list', '-c', 'n', '--format', 'csv', `^${this.options.name}-`]
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
      await stopService(join(this.folder, 'home'))
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
