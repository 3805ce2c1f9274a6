import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { servicePaths } from '../../../src/service/paths.js'
import { readRecord, type ServiceRecord } from '../../../src/service/record.js'
import { showOnFailure } from '../../support/shown-on-failure.js'

export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What `npm pack` says of its tarball. */
export interface Packed {
  filename: string
  files: { path: string }[]
}

export interface Ran {
  exit: number
  stdout: string
  stderr: string
}

/**
 * The package, packed and installed into a prefix of its own. Its commands get an empty home, a PATH with nothing but node,
 * incus and the package, and, as root, a mount namespace in which the checkout is an empty folder.
 */
export class Installed {
  readonly folder = mkdtempSync(join(tmpdir(), 'cul8er-package-'))
  readonly change = join(this.folder, 'work')
  readonly package = join(this.folder, 'prefix', 'lib', 'node_modules', 'cul8er')
  readonly hidesCheckout = process.getuid?.() === 0
  packed: Packed | undefined

  async install(): Promise<void> {
    for (const name of ['work', 'home', 'bin', 'prefix']) mkdirSync(join(this.folder, name))
    symlinkSync(process.execPath, join(this.folder, 'bin', 'node'))
    for (const name of PROGRAMS) symlinkSync(await programOf(name), join(this.folder, 'bin', name))
    const { stdout } = await npm(['pack', '--json', '--pack-destination', this.folder])
    // The lines of npm's scripts stand before it.
    ;[this.packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as Packed[]
    await this.#put(join(this.folder, this.packed?.filename ?? ''))
  }

  /** Installs a version that is newer than the one that is installed, of the same code. */
  async upgrade(version: string): Promise<void> {
    const next = join(this.folder, 'next')
    mkdirSync(next)
    await execa('tar', ['-xzf', join(this.folder, this.packed?.filename ?? ''), '-C', next])
    const file = join(next, 'package', 'package.json')
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), version }))
    await execa('tar', ['-czf', join(this.folder, 'next.tgz'), '-C', next, 'package'])
    await this.#put(join(this.folder, 'next.tgz'))
  }

  async #put(tarball: string): Promise<void> {
    const prefix = ['--global', '--prefix', join(this.folder, 'prefix'), '--prefer-offline', '--no-audit', '--no-fund']
    await npm(['install', ...prefix, tarball])
  }

  /** What its service says of itself in its home. */
  record(): ServiceRecord | null {
    return readRecord(servicePaths(join(this.folder, 'cul8er')))
  }

  /** Runs one line of a page, in bash and without a terminal. */
  async run(line: string): Promise<Ran> {
    const hide = this.hidesCheckout
      ? '/usr/bin/unshare --mount /bin/sh -c \'/usr/bin/mount -t tmpfs none "$0" && exec "$@"\' "$0"'
      : ''
    const { exitCode, stdout, stderr } = await execa('/bin/sh', ['-c', `exec ${hide} /bin/bash -c "$1"`, root, line], {
      cwd: this.change,
      reject: false,
      stdin: 'ignore',
      timeout: 90_000,
      extendEnv: false,
      env: {
        HOME: join(this.folder, 'home'),
        PATH: [join(this.folder, 'prefix', 'bin'), join(this.folder, 'bin')].join(':'),
        CUL8ER_HOME: join(this.folder, 'cul8er'),
        CUL8ER_SERVICE_PORT: '17340',
        CUL8ER_UI_PORT: '18340',
        TEMPORAL_CLI: process.env.TEMPORAL_CLI ?? '',
        NO_COLOR: '1',
      },
    })
    if (exitCode !== 0) showOnFailure(`${line}: exit ${exitCode ?? -1}\n${stdout}${stderr}`)
    return { exit: exitCode ?? -1, stdout, stderr }
  }

  /** The lines of a folder's page that a reader types, of one section. */
  static linesOf(page: string, heading: string): string[] {
    const section = readFileSync(join(root, page), 'utf8').split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    return [...section.matchAll(/^\$ (.+)$/gm)].map(([, line = '']) => line.replace(/ +# .*$/, ''))
  }

  async remove(): Promise<void> {
    if (this.packed !== undefined) await this.run('cul8er service stop')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Of the machine's programs: Incus, and what lines of pages and the first line of bin/cul8er need. */
const PROGRAMS = ['incus', 'env', 'mkdir', 'chmod', 'cat', 'tar', 'gzip', 'curl']

const programOf = async (name: string): Promise<string> =>
  (await execa('/bin/sh', ['-c', 'command -v "$0"', name])).stdout

const npm = (args: string[]) => execa('npm', args, { cwd: root, stdin: 'ignore' })
