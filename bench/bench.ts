import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import type { OperationResult } from '../src/contracts/index.js'
import { makeRelease } from './release.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every instance that a benchmark makes has a name that begins so. */
export const PREFIX = 'bench-'

/** A folder with releases and topology files, an embedded service of its own, and the command line. */
export class Bench {
  private constructor(
    readonly folder: string,
    readonly rounds: number,
  ) {}

  static async open(rounds: number): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-bench-'))
    await mkdir(join(folder, 'releases'))
    const bench = new Bench(folder, rounds)
    await bench.release('1.0.0')
    return bench
  }

  get home(): string {
    return join(this.folder, 'home')
  }

  release(version: string): Promise<string> {
    return makeRelease(join(this.folder, 'releases'), version)
  }

  async topology(name: string, declaration: Record<string, unknown>): Promise<string> {
    const file = join(this.folder, `${name}.json`)
    await writeFile(file, JSON.stringify({ name, ...declaration }))
    return file
  }

  /** A whole command, as a person starts it; standard output. */
  async cul8er(args: string[], { exits = [0] }: { exits?: number[] } = {}): Promise<string> {
    const { stdout, stderr, exitCode } = await execa(join(root, 'bin', 'cul8er'), args, {
      env: { CUL8ER_HOME: this.home },
      stdin: 'ignore',
      reject: false,
      timeout: 5 * 60_000,
    })
    if (exitCode === undefined || !exits.includes(exitCode)) {
      throw new Error(`cul8er ${args.join(' ')} ended with ${exitCode}: ${stdout} ${stderr}`)
    }
    return stdout
  }

  async deploy(file: string, ...args: string[]): Promise<OperationResult> {
    const text = await this.cul8er(['deploy', '--yes', '--quiet', '--json', '-f', file, ...args])
    return JSON.parse(text) as OperationResult
  }

  async destroy(file: string): Promise<void> {
    await this.cul8er(['destroy', '--yes', '--quiet', '--json', '-f', file])
  }

  async script(name: string, ...args: string[]): Promise<void> {
    await execa('bash', [join(root, 'bench', name), ...args], { stdin: 'ignore', timeout: 5 * 60_000 })
  }

  /** Ends the service, and removes what is left of benchmarks, this one's or one's that was killed. */
  async close(): Promise<void> {
    await this.cul8er(['service', 'stop', '--quiet']).catch(() => undefined)
    await removeInstances()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export const incus = async (...args: string[]): Promise<string> =>
  (await execa('incus', args, { stdin: 'ignore', timeout: 60_000 })).stdout

/** Of the given prefix, which begins with the benchmarks' own. */
export async function removeInstances(prefix = PREFIX): Promise<void> {
  const names = (await incus('list', '-f', 'csv', '-c', 'n')).split('\n').filter((name) => name.startsWith(prefix))
  if (names.length > 0) await incus('delete', '--force', ...names)
}
