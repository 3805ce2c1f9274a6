import { execa } from 'execa'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runningService } from '../../../src/service/ensure.js'
import type { ServiceRecord } from '../../../src/service/record.js'
import { showOnFailure } from '../../support/shown-on-failure.js'

export interface Ran {
  exit: number
  stdout: string
  stderr: string
  ms: number
}

/** A home of a test's own, with the command as it is installed. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'cul8er-e2e-'))
  readonly path = join(this.folder, 'home')

  /** Runs a command line in `folder`, without a terminal. */
  async cul8er(args: string[], env: NodeJS.ProcessEnv = {}, folder = this.folder): Promise<Ran> {
    const began = performance.now()
    const { exitCode, stdout, stderr } = await this.start(args, env, folder)
    if (exitCode !== 0) showOnFailure(`cul8er ${args.join(' ')}: exit ${exitCode ?? -1}\n${stdout}${stderr}`)
    return { exit: exitCode ?? -1, stdout, stderr, ms: performance.now() - began }
  }

  /** The same, for what has to be done while it runs. */
  start(args: string[], env: NodeJS.ProcessEnv = {}, folder = this.folder) {
    return execa(process.env.CUL8ER_BIN ?? 'bin/cul8er', args, {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      timeout: 240_000,
      env: { CUL8ER_HOME: this.path, CUL8ER_SERVICE_PORT: '17300', CUL8ER_UI_PORT: '18300', NO_COLOR: '1', ...env },
    })
  }

  /** The one object that a command prints. */
  async json<T>(args: string[], env?: NodeJS.ProcessEnv): Promise<T> {
    const { stdout, stderr } = await this.cul8er([...args, '--json'], env)
    try {
      return JSON.parse(stdout) as T
    } catch {
      throw new Error(`cul8er ${args.join(' ')} printed not valid JSON: ${stdout}${stderr}`)
    }
  }

  record(): ServiceRecord | null {
    return runningService(this.path)?.record ?? null
  }

  async remove(): Promise<void> {
    await this.cul8er(['service', 'stop'])
    rmSync(this.folder, { recursive: true, force: true })
  }
}
